// Editing a preset: loading, validation as one types, undo and redo, the plan, saving.
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/editor/axis_text.h"
#include "widgets/editor/checked_field.h"
#include "widgets/editor/chip_row.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/editor/plan_summary.h"
#include "widgets/editor/variant_picker.h"
#include "widgets/library/library_panel.h"
#include "widgets/window/message_bar.h"

using namespace slay;

class WindowEditTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;

    SpecDocument& spec() { return window_->workspace().spec(); }
    QLineEdit* lengths() { return window_->configuration().axis_field("lengths")->line(); }
    void type(QLineEdit* line, const QString& text) {
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, text);
    }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }

    void init() {
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, small_spec());
        window_ = open_window({}, options);
        QTRY_COMPARE_WITH_TIMEOUT(spec().spec().name, std::string("small"), patient(60'000));
    }
    void cleanup() { window_.reset(); }

    void a_preset_fills_the_editor() {
        QCOMPARE(lengths()->text(), QString("64, 128, 256"));
        const auto* softmax = window_->configuration().variants()->family_row(Family::softmax);
        QCOMPARE(softmax->chosen(), QStringList{"standard"});
        QVERIFY(!spec().modified());
    }

    void typing_edits_and_undo_takes_it_back() {
        type(lengths(), "64, 512");
        const std::vector<ParameterValue> two{std::int64_t{64}, std::int64_t{512}};
        QCOMPARE(spec().spec().axes.at("lengths"), two);
        QVERIFY(spec().modified());
        QTest::keyClick(lengths(), Qt::Key_Z, Qt::ControlModifier);  // from within the field
        QTRY_COMPARE_WITH_TIMEOUT(lengths()->text(), QString("64, 128, 256"), patient(60'000));
        QCOMPARE(spec().spec(), small_spec());
        QVERIFY(!spec().modified());
        QTest::keyClick(lengths(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE_WITH_TIMEOUT(spec().spec().axes.at("lengths"), two, patient(60'000));
        QCOMPARE(lengths()->text(), QString("64, 512"));
    }

    void a_wrong_value_is_told_while_typing_and_changes_nothing() {
        CheckedField* field = window_->configuration().axis_field("lengths");
        type(lengths(), "64, -5");
        QVERIFY2(field->error().contains("-5"), qPrintable(field->error()));
        QVERIFY(lengths()->property("invalid").toBool());
        QVERIFY(std::find(spec().spec().axes.at("lengths").begin(),
                          spec().spec().axes.at("lengths").end(),
                          ParameterValue(std::int64_t{-5})) ==
                spec().spec().axes.at("lengths").end());
        type(lengths(), "64, 96");
        QVERIFY(field->valid());
        QCOMPARE(spec().spec().axes.at("lengths").size(), std::size_t{2});
    }

    void doubling_is_a_short_form() {
        const ParameterInfo& info = *find_axis("lengths");
        const auto values = parse_axis(info, "256..4096");
        QVERIFY(values.ok());
        QCOMPARE(axis_text(*values), QString("256, 512, 1024, 2048, 4096"));
        QVERIFY(!parse_axis(info, "4096..256").ok());
        QVERIFY(!parse_axis(info, "256, 256").ok());
        QVERIFY(!parse_axis(info, "1e3").ok());
        QVERIFY(!parse_axis(info, "nan").ok());
        QVERIFY(!parse_axis(info, "99999999999999999999").ok());
    }

    void a_chip_adds_a_variant_in_the_catalog_s_order() {
        auto* row = window_->configuration().variants()->family_row(Family::softmax);
        const auto chips = row->findChildren<Chip*>();
        QCOMPARE(chips.size(), 2);
        QTest::mouseClick(chips[1], Qt::LeftButton);
        QCOMPARE(spec().spec().variants.size(), std::size_t{5});
        QCOMPARE(spec().spec().variants[1].name, std::string("standard-fused"));
        window_->actions().undo->trigger();
        QCOMPARE(spec().spec(), small_spec());
        QCOMPARE(row->chosen(), QStringList{"standard"});
    }

    void the_plan_follows_the_edit() {
        PlanEstimator& estimator = window_->workspace().estimator();
        QTRY_VERIFY_WITH_TIMEOUT(estimator.plan() && estimator.plan()->ok(), patient(60'000));
        const std::size_t before = (*estimator.plan())->points.size();
        QSignalSpy planned(&estimator, &PlanEstimator::planned);
        type(lengths(), "64, 128, 256, 512");
        QTRY_VERIFY_WITH_TIMEOUT(planned.count() > 0 && estimator.plan()->ok() &&
                                     (*estimator.plan())->points.size() > before,
                                 patient(60'000));
        QVERIFY2(window_->configuration().plan()->text().contains("points"),
                 qPrintable(window_->configuration().plan()->text()));
    }

    void an_impossible_plan_says_why() {
        CheckedField* heads = window_->configuration().axis_field("heads");
        type(heads->line(), "7");  // 256 is not divisible by 7
        QTRY_VERIFY_WITH_TIMEOUT(window_->configuration().plan()->text().contains("cannot run"),
                                 patient(60'000));
        window_->actions().run->trigger();
        QVERIFY(idle(*window_));
        QVERIFY(!window_->messages().text().isEmpty());
    }

    void opening_another_preset_can_be_undone() {
        type(lengths(), "64");
        SweepSpec other = small_spec();
        other.name = "other";
        window_->workspace().open(write_preset(folders_, other, "other.json"));
        QTRY_COMPARE_WITH_TIMEOUT(spec().spec().name, std::string("other"), patient(60'000));
        window_->actions().undo->trigger();
        QCOMPARE(spec().spec().name, std::string("small"));
        QCOMPARE(lengths()->text(), QString("64"));
    }

    void a_broken_preset_is_one_message_and_changes_nothing() {
        const QString path = folders_.file("broken.json");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "{\"schema\": \"slay-preset/1\", \"name\": \"x\", \"sweep\": {\"lengths\": [-5]}}");
        file.close();
        window_->workspace().open(path);
        QTRY_VERIFY2_WITH_TIMEOUT(window_->messages().text().contains("broken.json"),
                                  qPrintable(window_->messages().text()), patient(60'000));
        QCOMPARE(spec().spec(), small_spec());
    }

    void a_saved_preset_reads_back() {
        type(lengths(), "64, 1024");
        const QString path = folders_.file("saved.json");
        QVERIFY(window_->workspace().save_preset(path));
        QVERIFY(!spec().modified());
        const auto read = read_spec(path.toStdString());
        QVERIFY(read.ok());
        QCOMPARE(*read, spec().spec());
    }

    void the_library_lists_what_comes_with_the_program() {
        QTRY_VERIFY_WITH_TIMEOUT(!window_->library().entries().empty(), patient(60'000));
        for (const LibraryEntry& entry : window_->library().entries())
            QVERIFY2(entry.error.isEmpty(), qPrintable(entry.error));
    }

    void every_control_has_a_name() {
        for (QWidget* widget : window_->findChildren<QWidget*>()) {
            if (!widget->isVisibleTo(window_.get()) || widget->focusPolicy() == Qt::NoFocus)
                continue;
            if (!qobject_cast<QLineEdit*>(widget) && !qobject_cast<QAbstractButton*>(widget) &&
                !widget->inherits("QComboBox"))
                continue;
            const auto* button = qobject_cast<QAbstractButton*>(widget);
            const bool named = !widget->accessibleName().isEmpty() ||
                               (button && !button->text().isEmpty()) ||
                               widget->objectName().startsWith("qt_");
            QVERIFY2(named, qPrintable(QString(widget->metaObject()->className()) + " in " +
                                       widget->parentWidget()->metaObject()->className()));
        }
    }
};

QTEST_MAIN(WindowEditTest)
#include "window_edit_test.moc"

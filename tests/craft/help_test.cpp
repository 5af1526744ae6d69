// Preferences in the window and what follows from them, the guide of five steps, the keyboard map,
// and the paper's definitions.
#include <QComboBox>
#include <QDialogButtonBox>
#include <QLineEdit>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QTimer>

#include "engine/core/preferences.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/guide/guide.h"
#include "widgets/guide/keyboard_map.h"
#include "widgets/look/definition.h"
#include "widgets/setup/preferences_dialog.h"

namespace slay {

class HelpTest : public QObject {
    Q_OBJECT

  private slots:
    void init() { folders_ = std::make_unique<Folders>(); }

    void preferences_are_kept_and_followed() {
        const QString runs = folders_->file("my-runs");
        StartOptions options;
        options.path = write_preset(*folders_, small_spec());
        auto window = open_window({}, options);
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().opened_path(), options.path, patient(20'000));
        QTimer::singleShot(0, this, [&] {
            auto* dialog = qobject_cast<PreferencesDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            field<QComboBox>(*dialog, "Theme")->setCurrentIndex(2);
            field<QLineEdit>(*dialog, "Output folder")->setText(runs);
            field<QSpinBox>(*dialog, "CPU threads")->setValue(2);
            field<QSpinBox>(*dialog, "NVML polling")->setValue(250);
            dialog->accept();
        });
        window->actions().preferences->trigger();
        const Preferences kept = read_preferences();
        QCOMPARE(QString::fromStdString(kept.output_folder), runs);
        QCOMPARE(kept.threads, 2);
        QCOMPARE(kept.nvml_milliseconds, 250);
        QVERIFY(tones().dark);
        QVERIFY(window->actions().theme_dark->isChecked());
        // The next run goes where the preferences say.
        window->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().run().has_run(), patient(20'000));
        QVERIFY2(window->workspace().run().folder().startsWith(runs + "/small-"),
                 qPrintable(window->workspace().run().folder()));
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window), patient(20'000));
    }

    void a_cancelled_dialog_changes_nothing() {
        auto window = open_window({}, {});
        QTimer::singleShot(0, this, [&] {
            auto* dialog = qobject_cast<PreferencesDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog);
            field<QSpinBox>(*dialog, "CPU threads")->setValue(7);
            dialog->reject();
        });
        window->actions().preferences->trigger();
        QCOMPARE(read_preferences(), Preferences());
    }

    void a_wrong_entry_is_said_at_once() {
        PreferencesDialog dialog({}, ThemeChoice::system, {});
        auto* ok = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        QVERIFY(ok->isEnabled());
        field<QLineEdit>(dialog, "Output folder")->setText("runs");
        QVERIFY(dialog.problem().contains("whole path"));
        QVERIFY(!ok->isEnabled());
        field<QLineEdit>(dialog, "Output folder")->clear();
        field<QLineEdit>(dialog, "LaTeX")->setText("/nowhere/pdflatex");
        QVERIFY(dialog.problem().contains("/nowhere/pdflatex"));
        field<QLineEdit>(dialog, "LaTeX")->clear();
        field<QLineEdit>(dialog, "LibTorch")->setText("/tmp");
        QVERIFY(dialog.problem().contains("libtorch.so"));
        field<QLineEdit>(dialog, "LibTorch")->clear();
        QVERIFY(ok->isEnabled());
    }

    // One that is not here now is kept, and marked.
    void a_device_that_is_gone_is_kept() {
        Preferences preferences;
        preferences.device = "cuda:3";
        PreferencesDialog dialog(preferences, ThemeChoice::system, {});
        QVERIFY(field<QComboBox>(dialog, "Default device")->currentText().contains("not on this"));
        QCOMPARE(dialog.preferences(), preferences);
    }

    void the_guide_has_five_steps_that_frame_what_they_name() {
        StartOptions options;
        options.path = write_preset(*folders_, small_spec());
        auto window = open_window({}, options);
        QTRY_COMPARE_WITH_TIMEOUT(window->workspace().opened_path(), options.path, patient(20'000));
        window->actions().guide->trigger();
        Guide* guide = window->guide();
        QVERIFY(guide);
        QCOMPARE(guide->steps(), 5);
        QSignalSpy ended(guide, &Guide::ended);
        auto* frame = window->findChild<QFrame*>("guide-frame");
        for (int step = 0; step < 5; ++step) {
            QCOMPARE(guide->step(), step);
            QVERIFY2(frame->isVisible(), qPrintable(QString::number(step)));
            QVERIFY(window->rect().contains(guide->geometry()));
            QTest::keyClick(guide, Qt::Key_Right);
        }
        QTest::keyClick(guide, Qt::Key_Left);
        QCOMPARE(guide->step(), 3);
        QTest::keyClick(guide, Qt::Key_Escape);
        QCOMPARE(ended.count(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(!window->guide(), patient(60'000));
        QVERIFY(!window->findChild<QFrame*>("guide-frame"));
    }

    void the_keyboard_map_holds_every_key_once() {
        auto window = open_window({}, {});
        const QStringList lines = KeyboardMap(*window->menuBar()).lines();
        for (const QAction* action : static_cast<QWidget*>(window.get())->actions())
            if (!action->shortcut().isEmpty() && !action->text().isEmpty()) {
                const QString keys = action->shortcut().toString(QKeySequence::NativeText);
                QVERIFY2(std::any_of(lines.begin(), lines.end(),
                                     [&](const QString& line) { return line.contains(keys); }),
                         qPrintable(action->text() + " is in no menu"));
            }
        // No key does two things.
        QSet<QString> seen;
        for (const QAction* action : window->findChildren<QAction*>())
            for (const QKeySequence& key : action->shortcuts()) {
                QVERIFY2(!seen.contains(key.toString()), qPrintable(key.toString()));
                seen.insert(key.toString());
            }
    }

    void definitions_read_as_print() {
        QCOMPARE(as_printed("K(q,k) = x^2 / (C - 2x), x = q^ . k^, C = 2 + epsilon"),
                 QString::fromUtf8("K(q,k) = x\u00b2 / (C \u2212 2x), x = q\u0302 \u00b7 k\u0302, "
                                   "C = 2 + \u03b5"));
        for (const VariantInfo& variant : variant_catalog()) {
            const QString printed = as_printed(QString::fromStdString(variant.formula));
            for (const char* raw : {"sqrt", "Psi", "omega", "alpha", "kappa", "lambda", "^", "(x)"})
                QVERIFY2(!printed.contains(raw), qPrintable(printed));
            QVERIFY(definition_tip(variant).contains(printed.toHtmlEscaped()));
            for (const ParameterInfo& parameter : variant.parameters)
                QVERIFY2(!definition_of(parameter).isEmpty(), parameter.id.c_str());
        }
        for (const char* id : {"nodes", "prf_features", "poly_features", "epsilon", "length"})
            QVERIFY2(!paper_definition(id).isEmpty(), id);
    }

  private:
    template <typename Field>
    static Field* field(QWidget& dialog, const QString& name) {
        for (Field* each : dialog.findChildren<Field*>())
            if (each->accessibleName() == name) return each;
        qFatal("there is no field %s", qPrintable(name));
    }

    std::unique_ptr<Folders> folders_;
};

}  // namespace slay

QTEST_MAIN(slay::HelpTest)
#include "help_test.moc"

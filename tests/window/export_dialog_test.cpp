// Export for a paper, driven as a user would: look at a figure and a table, change what is asked
// for, export, and come back to the same settings.
#include "widgets/exports/export_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "exports/check/pdf_check.h"
#include "tests/exports/sample_records.h"
#include "tests/slow_build.h"
#include "widgets/editor/chip_row.h"
#include "widgets/exports/check_view.h"
#include "widgets/exports/page_view.h"
#include "widgets/exports/paper_form.h"

using namespace slay;
using namespace slay::testing;

namespace {

std::shared_ptr<const RunRecord> h200() {
    static const auto record = std::make_shared<const RunRecord>(h200_record());
    return record;
}

// As somebody's own variants might be: two that are styled alike.
RunRecord alike_record() {
    return record_of(
        R"({"schema": "slay-preset/1", "name": "alike", "experiments": ["latency"],
            "variants": ["linear", "cosformer"], "sweep": {"lengths": [256, 512, 1024]}})",
        [](const Point& point) -> Outcome {
            const double length = point.parameters.real("length");
            Outcome out;
            out.result.state = PointState::ok;
            out.samples = {length / 256, length / 250, length / 240};
            return out;
        },
        [](RunStarted& started) {
            for (VariantInfo& row : started.variants) row.style = started.variants.front().style;
        });
}

struct Opened {
    QTemporaryDir folder;
    ExportDialog dialog;

    explicit Opened(std::shared_ptr<const RunRecord> record = h200(), PaperChoice start = {})
        : dialog(std::move(record), "/runs/my run", folder.filePath("paper"), start) {
        dialog.show();
    }
    bool settled() {
        return QTest::qWaitFor([this] { return !dialog.previewing(); }, patient(60000));
    }
    void choose(const char* combo, const QString& id) {
        auto* box = dialog.findChild<QComboBox*>(combo);
        QVERIFY(box);
        box->setCurrentIndex(box->findData(id));
    }
    bool show_item(const QString& stem) {
        for (int i = 0; i < dialog.items().count(); ++i)
            if (dialog.items().item(i)->data(Qt::UserRole).toString() == stem) {
                dialog.items().setCurrentRow(i);
                return settled();
            }
        return false;
    }
    QString status() const {
        for (const QLabel* label : dialog.findChildren<QLabel*>())
            if (label->accessibleName() == "State of the export") return label->text();
        return "no such label";
    }
    QListWidgetItem* item(int row) { return dialog.items().item(row); }
};

QSize page_size(const Opened& opened) {
    const auto* page = opened.dialog.findChild<QLabel*>("page");
    return page->pixmap().size();
}

}  // namespace

class ExportDialogTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { QVERIFY2(can_read_pdf(), "install libpoppler-cpp-dev"); }

    void each_figure_and_table_can_be_seen() {
        Opened opened;
        QCOMPARE(opened.dialog.items().count(), 7);  // four panels, two tables, the claims
        QVERIFY(opened.settled());
        QVERIFY(opened.dialog.page().shows_page());
        for (const char* rule : {"Fonts embedded: passed", "No Type 3 font: passed",
                                 "Size right: passed: 3.25 x 2.9 in", "Text large enough: passed",
                                 "Readable in grey: passed"})
            QVERIFY2(opened.dialog.check().text().contains(rule),
                     qPrintable(opened.dialog.check().text()));
        QVERIFY(opened.show_item("tables/latency_scaling"));
        QVERIFY2(opened.dialog.page().shows_page(), "LaTeX did not set the table");
        QVERIFY(opened.dialog.check().text().contains("Fonts embedded: passed"));
    }

    void the_preview_follows_the_form() {
        Opened opened;
        QVERIFY(opened.settled());
        opened.choose("venue", "neurips");
        QVERIFY(opened.settled());
        QVERIFY2(opened.dialog.check().text().contains("Size right: passed: 5.5 x"),
                 qPrintable(opened.dialog.check().text()));
        QCOMPARE(opened.dialog.choice().venue, std::string("neurips"));
        const QSize before = page_size(opened);
        opened.choose("venue", "icml");
        opened.choose("width", "text");
        opened.choose("legend", "right");
        opened.choose("y-scale", "linear");
        opened.choose("palette", "grey");
        QVERIFY(opened.settled());
        QVERIFY(page_size(opened) != before);
        const PaperChoice choice = opened.dialog.choice();
        QVERIFY(choice.text_wide && choice.legend == LegendPlace::right);
        QVERIFY(choice.log_y == std::optional(false) && !choice.log_x);
        QCOMPARE(choice.palette, std::string("grey"));
        // Of a venue with one column the text is the only width.
        opened.choose("venue", "iclr");
        QVERIFY(!opened.dialog.choice().text_wide);
        QVERIFY(opened.settled());
    }

    void a_rule_that_fails_is_shown() {
        // Somebody's own variants, styled alike.
        const auto alike = std::make_shared<const RunRecord>(alike_record());
        PaperChoice start;
        start.formats = {"pdf"};
        Opened opened(alike, start);
        QVERIFY(opened.settled());
        QVERIFY2(opened.dialog.check().text().contains("Readable in grey: failed: "),
                 qPrintable(opened.dialog.check().text()));
        QVERIFY2(opened.dialog.check().text().contains("look the same"),
                 qPrintable(opened.dialog.check().text()));
        QVERIFY(opened.dialog.check().text().contains("Fonts embedded: passed"));
        QSignalSpy exported(&opened.dialog, &ExportDialog::exported);
        QTest::mouseClick(&opened.dialog.export_button(), Qt::LeftButton);
        QVERIFY(QTest::qWaitFor([&] { return exported.size() == 1; }, patient(60000)));
        QVERIFY2(opened.status().contains("The check failed"), qPrintable(opened.status()));
        QVERIFY(opened.settled());
    }

    void a_legend_without_a_place_inside_is_said() {
        PaperChoice start;
        start.legend = LegendPlace::inside;
        start.variants = {"standard", "yat-performer-anchor"};
        Opened opened(h200(), start);
        QVERIFY(opened.settled());
        QVERIFY2(opened.status().isEmpty(), qPrintable(opened.status()));
        PaperChoice flat = start;
        flat.variants.clear();
        flat.height_inches = 1.2;
        opened.dialog.set_choice(flat);
        QVERIFY(opened.settled());
        QVERIFY2(opened.status().contains("no place inside the axes"), qPrintable(opened.status()));
    }

    void what_is_missing_is_said_and_keeps_export_off() {
        Opened opened;
        for (int i = 0; i < opened.dialog.items().count(); ++i)
            opened.item(i)->setCheckState(Qt::Unchecked);
        QVERIFY(!opened.dialog.export_button().isEnabled());
        opened.item(0)->setCheckState(Qt::Checked);
        QVERIFY(opened.dialog.export_button().isEnabled());
        QCOMPARE(opened.dialog.choice().only, std::vector<std::string>{"figures/latency_scaling"});
        PaperChoice nothing;
        nothing.formats.clear();
        opened.dialog.set_choice(nothing);
        QVERIFY(!opened.dialog.export_button().isEnabled());
        opened.dialog.findChild<QCheckBox*>("report")->setChecked(true);
        QVERIFY(opened.dialog.export_button().isEnabled());
        QVERIFY(opened.settled());
    }

    void the_command_does_the_same() {
        PaperChoice start;
        start.venue = "aaai";
        start.text_wide = true;
        start.formats = {"pdf"};
        start.variants = {"standard", "linear"};
        Opened opened(h200(), start);
        QVERIFY(opened.dialog.choice() == start);
        QTest::mouseClick(opened.dialog.findChild<QPushButton*>("copy-command"), Qt::LeftButton);
        const QString command = QGuiApplication::clipboard()->text();
        QVERIFY2(command.startsWith("slay-bench export '/runs/my run' --out ") &&
                     command.endsWith("paper --venue aaai --width text --variants standard,linear "
                                      "--formats pdf"),
                 qPrintable(command));
        QVERIFY(opened.settled());
    }

    void exports_what_is_ticked_and_shows_the_check() {
        PaperChoice start;
        start.formats = {"pdf", "svg", "md"};
        start.variants = {"standard", "yat-performer-anchor"};
        Opened opened(h200(), start);
        opened.item(1)->setCheckState(Qt::Unchecked);
        QSignalSpy exported(&opened.dialog, &ExportDialog::exported);
        QSignalSpy kept(&opened.dialog, &ExportDialog::choice_kept);
        QTest::mouseClick(&opened.dialog.export_button(), Qt::LeftButton);
        QVERIFY(opened.dialog.exporting());
        QVERIFY(QTest::qWaitFor([&] { return exported.size() == 1; }, patient(60000)));
        QCOMPARE(exported[0][1].toInt(), 3 * 2 + 3 + 1);  // and paper_check.json
        QVERIFY(QFile::exists(opened.folder.filePath("paper/figures/latency_scaling.svg")));
        QVERIFY(!QFile::exists(
            opened.folder.filePath("paper/figures/latency_scaling_forward-backward.svg")));
        QVERIFY(QFile::exists(opened.folder.filePath("paper/tables/claims.md")));
        QVERIFY(opened.dialog.check().text().contains("Readable in grey: passed"));
        QCOMPARE(kept.size(), 1);
        QVERIFY(kept[0][0].value<PaperChoice>() == opened.dialog.choice());
        QVERIFY(opened.settled());
    }

    void a_folder_that_cannot_be_made_is_said() {
        QTemporaryDir folder;
        QFile file(folder.filePath("file"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        ExportDialog dialog(h200(), "/run", folder.filePath("file/paper"), {});
        dialog.start_export();
        QVERIFY(!dialog.exporting());
        bool said = false;
        for (const QLabel* label : dialog.findChildren<QLabel*>())
            said = said || label->text().contains("cannot be created");
        QVERIFY(said);
    }

    void closing_ends_the_export() {
        PaperChoice start;
        start.report = true;
        Opened opened(h200(), start);
        QSignalSpy exported(&opened.dialog, &ExportDialog::exported);
        opened.dialog.start_export();
        opened.dialog.reject();
        QVERIFY(QTest::qWaitFor([&] { return !opened.dialog.exporting(); }, patient(60000)));
        QCOMPARE(exported.size(), 0);
        QVERIFY(!QFile::exists(opened.folder.filePath("paper/report.pdf")));
        QVERIFY(opened.settled());
    }

    void strangers_text_stays_text() {
        Opened opened(std::make_shared<const RunRecord>(hostile_record()));
        QVERIFY(opened.settled());
        for (int i = 0; i < opened.dialog.items().count(); ++i) {
            opened.dialog.items().setCurrentRow(i);
            QVERIFY(opened.settled());
            QVERIFY2(opened.dialog.page().shows_page(),
                     qPrintable(opened.item(i)->data(Qt::UserRole).toString()));
        }
        for (const QLabel* label : opened.dialog.findChildren<QLabel*>())
            QVERIFY2(label->textFormat() == Qt::PlainText || !label->text().contains("<b>"),
                     qPrintable(label->text()));
    }
};

QTEST_MAIN(ExportDialogTest)
#include "export_dialog_test.moc"

// What an export for a paper is asked for: venues, choices, palettes, and their plain forms.
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/core/merge_records.h"
#include "exports/latex_text.h"
#include "exports/paper/latex_plain.h"
#include "exports/paper/markdown_table.h"
#include "exports/paper/palette.h"
#include "exports/paper/paper_check.h"
#include "exports/paper/paper_plan.h"
#include "exports/paper/reproduce.h"
#include "tests/exports/sample_records.h"
#include "tests/exports/task_records.h"
#include "tests/slow_build.h"

Q_DECLARE_METATYPE(slay::RunRecord)

using namespace slay;
using namespace slay::testing;

namespace {

std::shared_ptr<const RunRecord> shared(RunRecord record) {
    return std::make_shared<const RunRecord>(std::move(record));
}

PaperPlan plan_of(RunRecord record, PaperChoice choice = {}) {
    return PaperPlan::make(shared(std::move(record)), std::move(choice)).value();
}

// The cells of a row of a pipe table; an escaped pipe is no border.
int cells_in(const QString& line) {
    int borders = 0;
    for (qsizetype i = 0; i < line.size(); ++i) {
        if (line[i] == '\\')
            ++i;
        else if (line[i] == '|')
            ++borders;
    }
    return borders - 1;
}

}  // namespace

class PaperChoiceTest : public QObject {
    Q_OBJECT
  private slots:
    void venues_have_their_sizes_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<double>("column");
        QTest::addColumn<double>("text");
        QTest::newRow("icml") << "icml" << 3.25 << 6.75;
        QTest::newRow("neurips") << "neurips" << 5.5 << 5.5;
        QTest::newRow("iclr") << "iclr" << 5.5 << 5.5;
        QTest::newRow("aaai") << "aaai" << 3.3 << 6.975;
        QTest::newRow("cvpr") << "cvpr" << 3.25 << 6.875;
        QTest::newRow("tmlr") << "tmlr" << 6.5 << 6.5;
        QTest::newRow("jmlr") << "jmlr" << 6.0 << 6.0;
    }
    void venues_have_their_sizes() {
        QFETCH(QString, id);
        QFETCH(double, column);
        QFETCH(double, text);
        PaperChoice choice;
        choice.venue = id.toStdString();
        QCOMPARE(choice.figure_width(), column);
        choice.text_wide = true;
        QCOMPARE(choice.figure_width(), text);
        QCOMPARE(choice.page().least_points, 6.0);
    }

    void a_wrong_venue_file_says_what_is_wrong_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("says");
        QTest::newRow("narrow") << R"("column_in": 0.1, "text_in": 6)"
                                << "between 1 and 20";
        QTest::newRow("column wider") << R"("column_in": 7, "text_in": 6)"
                                      << "no wider";
        QTest::newRow("missing") << R"("column_in": 3)"
                                 << "text_in";
        QTest::newRow("word") << R"("column_in": "3", "text_in": 6)"
                              << "number";
    }
    void a_wrong_venue_file_says_what_is_wrong() {
        QFETCH(QString, change);
        QFETCH(QString, says);
        const QString json =
            QStringLiteral(
                R"({"schema": "slay-venues/1", "venues": [{"id": "x", "name": "X", %1,
                "height_in": 9, "body_pt": 10, "least_pt": 6, "face": "times"}]})")
                .arg(change);
        const auto read = parse_venues(json.toStdString(), "x.json");
        QVERIFY(!read);
        QVERIFY2(QString::fromStdString(read.error().message).contains(says),
                 read.error().message.c_str());
        QVERIFY(!parse_venues("[]", "x"));
    }

    void a_choice_survives_its_file() {
        PaperChoice choice;
        choice.venue = "jmlr";
        choice.text_wide = true;
        choice.height_inches = 2.25;
        choice.face = "helvetica";
        choice.palette = "grey";
        choice.variants = {"standard", "yat-performer-anchor"};
        choice.log_x = false;
        choice.log_y = true;
        choice.legend = LegendPlace::right;
        choice.title = true;
        choice.formats = {"svg", "md"};
        choice.dots_per_inch = 600;
        choice.only = {"figures/latency_scaling"};
        choice.report = true;
        const auto read = parse_choice(to_json(choice).dump(), "export.json");
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
        QVERIFY(*read == choice);
        QVERIFY(*parse_choice(to_json(PaperChoice()).dump(), "x") == PaperChoice());
    }

    void wrong_choices_are_refused_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("says");
        QTest::newRow("schema") << R"({"venue": "icml"})"
                                << "slay-export/1";
        const auto with = [](const char* field) {
            return QStringLiteral(R"({"schema": "slay-export/1", %1})").arg(field);
        };
        QTest::newRow("venue") << with(R"("venue": "nips")") << "neurips";
        QTest::newRow("kind") << with(R"("title": "yes")") << "/title";
        QTest::newRow("list") << with(R"("formats": "pdf")") << "/formats";
        QTest::newRow("format") << with(R"("formats": ["docx"])") << "pgfplots";
        QTest::newRow("nothing") << with(R"("formats": [])") << "nothing is asked for";
        QTest::newRow("scale") << with(R"("x_scale": "cubic")") << "/x_scale";
        QTest::newRow("legend") << with(R"("legend": "under")") << "/legend";
        QTest::newRow("height") << with(R"("height_in": 99)") << "inches high";
        QTest::newRow("dots") << with(R"("dpi": 1000000)") << "dots per inch";
        QTest::newRow("palette") << with(R"("palette": "rainbow")") << "okabe-ito";
        QTest::newRow("no JSON") << "}"
                                 << "slay-export/1";
    }
    void wrong_choices_are_refused() {
        QFETCH(QString, json);
        QFETCH(QString, says);
        const auto read = parse_choice(json.toStdString(), "x.json");
        QVERIFY(!read);
        QVERIFY2(QString::fromStdString(read.error().message).contains(says),
                 read.error().message.c_str());
    }

    void a_plan_refuses_what_the_record_does_not_have() {
        PaperChoice choice;
        choice.variants = {"performer"};
        const auto none = PaperPlan::make(shared(small_record()), choice);
        QVERIFY(!none);
        QVERIFY(none.error().message.find("standard") != std::string::npos);
        choice = {};
        choice.only = {"figures/nothing"};
        const auto unknown = PaperPlan::make(shared(small_record()), choice);
        QVERIFY(!unknown);
        QVERIFY(unknown.error().message.find("figures/latency_scaling") != std::string::npos);
        QVERIFY(!PaperPlan::make(shared(RunRecord()), {}));
    }

    void variants_are_left_out_everywhere() {
        PaperChoice choice;
        choice.variants = {"standard", "yat-performer-anchor"};
        const PaperPlan plan = plan_of(h200_record(), choice);
        QVERIFY(!plan.figures().empty() && !plan.tables().empty());
        for (const FigureItem& item : plan.figures())
            for (const Series& series : plan.figure(item).series)
                if (!series.variant.empty())
                    QVERIFY2(
                        series.variant == "standard" || series.variant == "yat-performer-anchor",
                        series.variant.c_str());
        for (const TableItem& item : plan.tables()) {
            if (item.experiment.empty()) continue;  // verdicts are of the whole run
            for (const TableGroup& group : plan.table(item).groups)
                QCOMPARE(group.rows.size(), std::size_t(2));
            QVERIFY(plan.table_csv(item).find("performer,") == std::string::npos ||
                    plan.table_csv(item).find(",performer,") == std::string::npos);
        }
        // What is left has the figures that it had.
        const RunRecord whole = h200_record();
        for (const RecordedPoint& each : plan.shown().points()) {
            const RecordedPoint* before = whole.find(each.point.id);
            QVERIFY(before);
            QVERIFY(before->result.metrics == each.result.metrics);
            QCOMPARE(before->samples.size(), each.samples.size());
        }
    }

    void scales_and_only_are_followed() {
        PaperChoice choice;
        choice.log_x = false;
        choice.log_y = false;
        choice.only = {"figures/latency_scaling"};
        const PaperPlan plan = plan_of(small_record(), choice);
        QCOMPARE(plan.figures().size(), std::size_t(1));
        QVERIFY(plan.tables().empty());
        const FigureData data = plan.figure(plan.figures().front());
        QVERIFY(!data.x.log && !data.y.log);
    }

    void a_palette_gives_a_variant_one_colour() {
        for (const Palette& palette : palettes()) {
            FigureData all = build_figure(*find_figure("latency_scaling"), h200_record());
            FigureData few = build_figure(*find_figure("latency_scaling"), small_record());
            apply_palette(all, palette);
            apply_palette(few, palette);
            for (const Series& a : few.series)
                for (const Series& b : all.series)
                    if (!a.variant.empty() && a.variant == b.variant)
                        QCOMPARE(a.style.colour, b.style.colour);
        }
        QVERIFY(grey_lightness(0x000000) < 0.01);
        QVERIFY(std::abs(grey_lightness(0xFFFFFF) - 100) < 0.01);
        QVERIFY(std::abs(grey_lightness(0x777777) - 50) < 1);
    }

    void curves_that_look_alike_in_grey_are_found() {
        FigureData data = build_figure(*find_figure("latency_scaling"), h200_record());
        QVERIFY(grey_problems(data).empty());
        apply_palette(data, *find_palette("black"));  // markers and dashes still tell them apart
        QVERIFY(grey_problems(data).empty());
        data.series[1].style.marker = data.series[0].style.marker;
        data.series[1].style.dash = data.series[0].style.dash;
        QCOMPARE(grey_problems(data).size(), std::size_t(1));
        data.series[1].style.colour = 0x808080;  // a grey that differs is enough
        QVERIFY(grey_problems(data).empty());
        data.series[2].style.colour = 0xFFEE00;
        QCOMPARE(grey_problems(data).size(), std::size_t(1));
        data.series[2].hidden = true;
        QVERIFY(grey_problems(data).empty());
    }

    void latex_comes_back_as_text_data() {
        QTest::addColumn<QString>("latex");
        QTest::addColumn<QString>("text");
        const auto escaped = [](const char* text) {
            QTest::newRow(text) << QString::fromStdString(latex_escape(text)) << text;
        };
        for (const char* text : {"50 % of #1 & {a} [b]* _c_ ^ ~ \\x $1 <b> |",
                                 "na\u00efve Nystr\u00f6m \u00e7 \u0142 \u00df",
                                 "\u2265 \u2264 \u00b1 \u00d7 \u03b5 \u03ba \u2113 \u221e \u2026",
                                 "a\u2013b \u2014 c", "averyveryverylongwordwithoutaspace"})
            escaped(text);
        const auto row = [](const char* latex, const char* text) {
            QTest::newRow(latex) << latex << text;
        };
        row("$\\ge$\\,32768", "\u2265 32768");
        row("Rel.\\ $\\ell_2$ at $L$ =", "Rel. \u21132 at L =");
        row("Rows $D\\le 0$", "Rows D \u2264 0");
        row("95\\,\\% of $10^{-3}$", "95 % of 10\u207b\u00b3");
        row("SLAY (Nystr\\\"om)", "SLAY (Nystr\u00f6m)");
        row("\\emph{forward} \\num{1.2e3}", "forward 1.2e3");
        row("``beside''", "\u201cbeside\u201d");
        row("\\", "");
        row("{", "");
        row("\\hspace", "");
    }
    void latex_comes_back_as_text() {
        QFETCH(QString, latex);
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(latex_plain(latex.toStdString())), text);
    }

    void markdown_holds_its_shape_data() {
        QTest::addColumn<RunRecord>("record");
        QTest::newRow("h200") << h200_record();
        QTest::newRow("ablation") << ablation_record();
        QTest::newRow("hostile") << hostile_record();
        QTest::newRow("budget") << budget_record();
        QTest::newRow("context") << context_record();
        QTest::newRow("tasks") << small_task_record();
    }
    void markdown_holds_its_shape() {
        QFETCH(RunRecord, record);
        const PaperPlan plan = plan_of(record);
        for (const TableItem& item : plan.tables()) {
            const Table table = plan.table(item);
            const QString text = QString::fromStdString(markdown_table(table));
            int rows = 0;
            for (const QString& line : text.split('\n')) {
                if (!line.startsWith('|')) continue;
                ++rows;
                QCOMPARE(cells_in(line), static_cast<int>(table.columns.size()));
            }
            QVERIFY(rows > 2);
            // Nothing of a stranger's becomes HTML, a link, an image or LaTeX again.
            QVERIFY2(!text.contains('<') && !text.contains("](") && !text.contains("://"),
                     qPrintable(text));
            for (const char* command : {"\\textbf", "\\num", "\\emph", "\\hspace", "\\ensuremath",
                                        "\\textsuperscript", "\\best"})
                QVERIFY2(!text.contains(command), command);
        }
    }

    void the_script_runs_its_commands_and_nothing_else() {
        QTemporaryDir folder;
        const auto write = [&](const QString& name, const QByteArray& text) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
            file.close();
            file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        };
        // A program that writes down its words and "could not measure everything".
        write("bench",
              "#!/bin/sh\nprintf '<%s>' \"$@\" >>calls\necho >>calls\n"
              "test \"$1\" != run || exit 3\n");
        PaperChoice choice;
        choice.report = true;
        choice.variants = {"standard"};
        RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "x", "experiments": ["latency"],
                "title": "END_OF_PRESET $(touch stolen) `touch stolen` '; touch stolen; '",
                "variants": ["standard", "linear"], "sweep": {"lengths": [256, 512]}})",
            [](const Point&) { return Outcome{}; },
            [](RunStarted& started) {
                started.provenance.device = "cuda:0'; touch stolen; '";
                started.provenance.device_name = "GPU\ntouch stolen";
                started.provenance.git_revision = "abc\n touch stolen";
            });
        const std::string wanted = to_text(record.spec());
        write("reproduce.sh", QByteArray::fromStdString(reproduce_script(plan_of(record, choice))));
        QProcess shell;
        shell.setWorkingDirectory(folder.path());
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("SLAY_BENCH", folder.filePath("bench"));
        shell.setProcessEnvironment(environment);
        shell.start("/bin/sh", {"reproduce.sh", "again"});
        QVERIFY(shell.waitForFinished(patient(20000)));
        QVERIFY2(shell.exitCode() == 0, shell.readAllStandardError());
        QVERIFY(!QFile::exists(folder.filePath("stolen")));
        QFile preset(folder.filePath("again/preset.json"));
        QVERIFY(preset.open(QIODevice::ReadOnly));
        QCOMPARE(preset.readAll(), QByteArray::fromStdString(wanted));
        QFile calls(folder.filePath("calls"));
        QVERIFY(calls.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = calls.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 4);
        QCOMPARE(lines[0], QByteArray("<--version>"));
        QVERIFY2(lines[1].startsWith("<run><again/preset.json><--device><cuda:0'; touch"),
                 lines[1]);
        QCOMPARE(lines[2], QByteArray("<export><again/run><--out><again/paper><--venue><icml>"
                                      "<--variants><standard><--report>"));
        QCOMPARE(lines[3], QByteArray("<findings><again/run>"));
        environment.insert("SLAY_BENCH", "/nonexistent/slay-bench");
        shell.setProcessEnvironment(environment);
        shell.start("/bin/sh", {"reproduce.sh"});
        QVERIFY(shell.waitForFinished(patient(20000)));
        QCOMPARE(shell.exitCode(), 69);
    }

    void words_are_quoted_for_a_shell() {
        QCOMPARE(shell_quote("icml"), std::string("icml"));
        QCOMPARE(shell_quote(""), std::string("''"));
        QCOMPARE(shell_quote("a b"), std::string("'a b'"));
        QCOMPARE(shell_quote("it's"), std::string("'it'\\''s'"));
        QCOMPARE(shell_quote("$HOME"), std::string("'$HOME'"));
    }
};

QTEST_GUILESS_MAIN(PaperChoiceTest)
#include "paper_choice_test.moc"

// The check that a venue would make: it passes what the program writes, and a PDF made to break
// each rule fails that rule.
#include <QTemporaryDir>
#include <QtTest>

#include "exports/check/pdf_check.h"
#include "exports/figures/figure_file.h"
#include "exports/figures/paper_figures.h"
#include "exports/paper/palette.h"
#include "exports/paper_export.h"
#include "tests/exports/hand_made_pdf.h"
#include "tests/exports/sample_records.h"

Q_DECLARE_METATYPE(slay::PaperChoice)

using namespace slay;
using namespace slay::testing;

namespace {

constexpr PageRule column{3.25, 2.9, 6, 0};

RuleAnswer answer_of(const FileCheck& check, const std::string& rule) {
    for (const RuleResult& each : check.rules)
        if (each.rule == rule) return each.answer;
    return RuleAnswer::unknown;
}

QString told(const FileCheck& check) {
    return QString::fromStdString(check_text({{check}}));
}

FigureData latency() {
    return build_figure(*find_figure("latency_scaling"), h200_record());
}

}  // namespace

class PaperCheckTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        QVERIFY2(can_read_pdf(), "built without poppler: install libpoppler-cpp-dev");
    }

    void what_the_program_writes_passes_data() {
        QTest::addColumn<PaperChoice>("choice");
        const auto row = [](const char* name, auto change) {
            PaperChoice choice;
            change(choice);
            QTest::newRow(name) << choice;
        };
        for (const Venue& venue : venues())
            row(venue.id.c_str(), [&](PaperChoice& c) { c.venue = venue.id; });
        for (const Palette& palette : palettes())
            row(palette.id.c_str(), [&](PaperChoice& c) { c.palette = palette.id; });
        for (const PaperFace& face : paper_faces())
            if (!installed_family(face).isEmpty())
                row(face.id.c_str(), [&](PaperChoice& c) { c.face = face.id; });
        for (const char* place : {"above", "right", "inside", "none"})
            row(place, [&](PaperChoice& c) {
                c.legend = *legend_place(place);
                c.text_wide = true;
                c.title = true;
            });
        row("linear", [](PaperChoice& c) { c.log_x = c.log_y = false; });
    }
    void what_the_program_writes_passes() {
        QFETCH(PaperChoice, choice);
        const auto plan = PaperPlan::make(std::make_shared<const RunRecord>(h200_record()), choice);
        QVERIFY(plan);
        for (const FigureItem& item : plan->figures()) {
            const FigureData data = plan->figure(item);
            const auto pdf = paper_figure_pdf(*plan, data);
            QVERIFY2(pdf.ok(), pdf.ok() ? "" : pdf.error().message.c_str());
            const FileCheck check = check_pdf(item.stem, *pdf, figure_rule(choice), &data);
            QCOMPARE(check.rules.size(), paper_rules().size());
            for (const PaperRule& rule : paper_rules())
                QVERIFY2(answer_of(check, rule.id) == RuleAnswer::passed, qPrintable(told(check)));
            if (item.stem == "figures/latency_scaling") continue;
            break;  // one of each kind
        }
    }

    void a_font_that_is_not_embedded_fails() {
        const FileCheck check = check_pdf(
            "x", hand_made_pdf("BT /F1 10 Tf 20 100 Td (Latency) Tj ET", loose_font), column);
        QCOMPARE(answer_of(check, "embedded"), RuleAnswer::failed);
        QVERIFY2(told(check).contains("Helvetica"), qPrintable(told(check)));
        for (const char* other : {"type3", "size", "text", "grey"})
            QVERIFY2(answer_of(check, other) == RuleAnswer::passed, qPrintable(told(check)));
    }

    void a_type_3_font_fails() {
        const FileCheck check = check_pdf(
            "x", hand_made_pdf("BT /F1 10 Tf 20 100 Td (aaaa) Tj ET", bitmap_font), column);
        QCOMPARE(answer_of(check, "type3"), RuleAnswer::failed);
        QCOMPARE(answer_of(check, "embedded"), RuleAnswer::passed);
        QCOMPARE(answer_of(check, "size"), RuleAnswer::passed);
    }

    void a_wrong_size_fails() {
        const FigureData data = latency();
        PaperFormat format;
        format.width_inches = 3.4;
        const auto pdf = figure_pdf(data, format);
        QVERIFY(pdf);
        const FileCheck check = check_pdf("x", *pdf, column, &data);
        QCOMPARE(answer_of(check, "size"), RuleAnswer::failed);
        QVERIFY2(told(check).contains("3.4"), qPrintable(told(check)));
        for (const char* other : {"embedded", "type3", "text", "grey"})
            QVERIFY2(answer_of(check, other) == RuleAnswer::passed, qPrintable(told(check)));
        QCOMPARE(answer_of(check_pdf("x", *pdf, {3.4, 2.9, 6, 0}), "size"), RuleAnswer::passed);
        // A line of 2.5 inches where the text has 2.
        const std::string line = hand_made_pdf("2 w 20 20 m 200 20 l S", loose_font);
        QCOMPARE(answer_of(check_pdf("x", line, {0, 0, 6, 2}), "size"), RuleAnswer::failed);
        QCOMPARE(answer_of(check_pdf("x", line, {0, 0, 6, 2.5}), "size"), RuleAnswer::passed);
    }

    void small_text_fails() {
        const FigureData data = latency();
        PaperFormat format;
        format.tick_points = 5.5;
        const auto pdf = figure_pdf(data, format);
        QVERIFY(pdf);
        const FileCheck check = check_pdf("x", *pdf, column, &data);
        QCOMPARE(answer_of(check, "text"), RuleAnswer::failed);
        QVERIFY2(told(check).contains("5.50 pt"), qPrintable(told(check)));
        for (const char* other : {"embedded", "type3", "size", "grey"})
            QVERIFY2(answer_of(check, other) == RuleAnswer::passed, qPrintable(told(check)));
        // Text that a matrix makes small is found too.
        const FileCheck scaled =
            check_pdf("x",
                      hand_made_pdf("q 0.3 0 0 0.3 0 0 cm BT /F1 10 Tf 90 300 Td (Latency) Tj ET Q",
                                    loose_font),
                      column);
        QCOMPARE(answer_of(scaled, "text"), RuleAnswer::failed);
    }

    void pale_text_fails() {
        const FileCheck check = check_pdf(
            "x", hand_made_pdf("1 0.9 0.2 rg BT /F1 10 Tf 20 100 Td (Latency) Tj ET", loose_font),
            column);
        QCOMPARE(answer_of(check, "grey"), RuleAnswer::failed);
        QVERIFY2(told(check).contains("Latency"), qPrintable(told(check)));
        QCOMPARE(answer_of(check, "text"), RuleAnswer::passed);
    }

    void a_colour_that_is_lost_in_grey_fails() {
        const auto with = [](const char* colour) {
            return hand_made_pdf(std::string(colour) + " RG 2 w 20 20 m 200 150 l S", loose_font);
        };
        QCOMPARE(answer_of(check_pdf("x", with("1 1 0"), column), "grey"), RuleAnswer::failed);
        QCOMPARE(answer_of(check_pdf("x", with("0.9 0.3 0"), column), "grey"), RuleAnswer::passed);
    }

    void curves_that_look_alike_fail() {
        FigureData data = latency();
        for (Series& series : data.series) {
            series.style.marker = "disc";
            series.style.dash = "solid";
            series.style.colour = 0x333333;
        }
        const auto pdf = figure_pdf(data, {});
        QVERIFY(pdf);
        const FileCheck check = check_pdf("x", *pdf, column, &data);
        QCOMPARE(answer_of(check, "grey"), RuleAnswer::failed);
        QVERIFY2(told(check).contains("look the same"), qPrintable(told(check)));
    }

    void what_is_no_pdf_fails() {
        for (const char* bytes : {"", "hello", "%PDF-1.4\n", "%PDF-1.4\n1 0 obj\n<<"}) {
            const FileCheck check = check_pdf("x", bytes, column);
            QVERIFY(check.failed());
            for (const PaperRule& rule : paper_rules())
                QCOMPARE(answer_of(check, rule.id), RuleAnswer::failed);
            QVERIFY(!draw_pdf(bytes, 100));
            QVERIFY(!count_pages(bytes));
        }
        const std::string page = hand_made_pdf("", loose_font);
        QVERIFY(draw_pdf(page, 100));
        QVERIFY(!draw_pdf(page, 100, 1));
        QVERIFY(!draw_pdf(page, 1e6));
    }

    void legend_and_title_change_the_figure() {
        QSet<QByteArray> seen;
        for (const LegendPlace place : {LegendPlace::below, LegendPlace::above, LegendPlace::right,
                                        LegendPlace::inside, LegendPlace::none})
            for (const bool title : {false, true}) {
                PaperFormat format;
                format.width_inches = 5.5;  // the legend has room inside
                format.height_inches = 3.2;
                format.legend = place;
                format.title = title;
                const auto png = figure_png(latency(), format, 72);
                QVERIFY(png);
                seen << QByteArray::fromStdString(*png);
            }
        QCOMPARE(seen.size(), 10);
    }

    // Where it has no place inside the axes it stands below them, and that is said.
    void a_legend_inside_stands_where_nothing_is_drawn() {
        PaperChoice choice;
        choice.legend = LegendPlace::inside;
        choice.formats = {"pdf", "svg"};
        choice.variants = {"standard", "yat-performer-anchor"};
        const auto record = std::make_shared<const RunRecord>(h200_record());
        const auto few = PaperPlan::make(record, choice);
        QVERIFY(few);
        const FigureData data = few->figure(few->figures().front());
        const auto format = paper_format(few->sized(data));
        QCOMPARE(*legend_place_of(data, *format), LegendPlace::inside);
        QCOMPARE(legend_note(*few, data), std::string());
        choice.variants.clear();
        choice.height_inches = 1.2;
        choice.only = {few->figures().front().stem};
        const auto all = PaperPlan::make(record, choice);
        QVERIFY(all);
        const PaperJobs jobs = paper_jobs(std::make_shared<const PaperPlan>(*all));
        QTemporaryDir folder;
        QVERIFY(export_paper(jobs, folder.path().toStdString()));
        QCOMPARE(jobs.outcome->notes.size(), std::size_t{1});
        QVERIFY2(jobs.outcome->notes[0].find("stands below") != std::string::npos,
                 jobs.outcome->notes[0].c_str());
    }

    // Everything at once: every file is there, and the check has looked at every PDF.
    void the_whole_export_is_written_and_checked() {
        PaperChoice choice;
        choice.formats = {"pdf", "svg", "png", "pgfplots", "tex", "csv", "md"};
        choice.report = true;
        choice.dots_per_inch = 100;
        choice.variants = {"standard", "yat-performer-anchor"};
        const auto plan = PaperPlan::make(std::make_shared<const RunRecord>(h200_record()), choice);
        QVERIFY(plan);
        const PaperJobs jobs = paper_jobs(std::make_shared<const PaperPlan>(*plan));
        QTemporaryDir folder;
        const auto written = export_paper(jobs, folder.path().toStdString());
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message.c_str());
        for (const char* file :
             {"figures/latency_scaling.pdf", "figures/latency_scaling.svg",
              "figures/latency_scaling.png", "figures/latency_scaling.tex",
              "figures/memory_scaling_forward-backward.pdf", "tables/latency_scaling.tex",
              "tables/latency_scaling.csv", "tables/latency_scaling.md", "tables/claims.md",
              "report.tex", "report.pdf", "reproduce.sh", "export.json"})
            QVERIFY2(QFile::exists(folder.filePath(file)), file);
        QVERIFY(QFileInfo(folder.filePath("reproduce.sh")).isExecutable());
        QCOMPARE(jobs.outcome->check.files.size(), std::size_t(5));  // four figures, the report
        QVERIFY2(!jobs.outcome->check.failed(), check_text(jobs.outcome->check).c_str());
        QVERIFY(jobs.outcome->notes.empty());
        QFile settings(folder.filePath("export.json"));
        QVERIFY(settings.open(QIODevice::ReadOnly));
        const auto read = parse_choice(settings.readAll().toStdString(), "export.json");
        QVERIFY(read && *read == choice);
    }
};

QTEST_MAIN(PaperCheckTest)
#include "paper_check_test.moc"

// The synthetic tasks in table and figure: categories, ties, chance, and what was not measured.
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <set>

#include "exports/figure_data.h"
#include "exports/panels.h"
#include "exports/tables/run_tables.h"
#include "tests/exports/golden.h"
#include "tests/exports/task_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

const FigureSpec& spec() {
    return *find_figure("task_performance");
}

const Series* series_of(const FigureData& data, const std::string& id) {
    for (const Series& each : data.series)
        if (each.id == id) return &each;
    return nullptr;
}

// Two tasks at two lengths.
RunRecord by_length() {
    return task_record(
        R"({"schema": "slay-preset/1", "name": "l", "title": "l", "experiments": ["tasks"],
            "variants": ["standard", "linear"], "sweep": {"tasks": ["needle", "copy"],
            "lengths": [32, 64, 128], "vocabularies": [16], "seeds": [0, 1]}})",
        [](const Point& point) -> std::vector<double> {
            const double a = 40 / (10 + point.parameters.real("length"));
            return {a, a * 0.9};
        });
}

}  // namespace

class TaskExportsTest : public QObject {
    Q_OBJECT

  private slots:
    void table_matches_golden_files() {
        const RunRecord record = small_task_record();
        const auto tables = tables_of(record);
        QCOMPARE(tables.size(), std::size_t{1});
        QCOMPARE(tables[0].id, std::string("task_performance"));
        compare_with_golden("task_performance.tex", table_file(record, tables[0]));
        compare_with_golden("task_performance.csv", points_csv(record, "tasks"));
    }

    void table_reads_by_category_with_ties_and_chance() {
        const RunRecord record = small_task_record();
        const Table table = task_table(record, spec());
        QCOMPARE(table.groups.size(), std::size_t{3});  // the catalog's order, not the plan's
        QCOMPARE(table.groups[0].title, std::string("Basic"));
        QCOMPARE(table.groups[1].title, std::string("Memory and retrieval"));
        const TableRow& copy = table.groups[0].rows.at(0);
        QCOMPARE(copy.cells[1].number.text, std::string("100.0"));
        QVERIFY(copy.cells[1].mark == Mark::best);
        QVERIFY(copy.cells[2].mark == Mark::second && copy.cells[3].mark == Mark::none);
        QCOMPARE(copy.cells[4].number.text, std::string("6.2"));  // 1 of 16
        const TableRow& needle = table.groups[1].rows.at(0);
        for (const TableCell& cell : needle.cells) QVERIFY(cell.mark == Mark::none);  // all tie
        QCOMPARE(needle.cells[4].number.text, std::string("12.5"));  // 1 of 8 needles
        const TableRow& recall = table.groups[1].rows.at(1);
        QCOMPARE(recall.cells[3].latex, std::string("--"));
        QVERIFY(recall.cells[1].note >= 0 && recall.cells[3].note >= 0);
        QVERIFY(recall.cells[1].note != recall.cells[3].note);
        const std::string& left_out = table.notes[static_cast<std::size_t>(recall.cells[1].note)];
        QVERIFY2(left_out.find("1 of 3 seeds diverged") == 0, left_out.c_str());
        QVERIFY(table.notes[static_cast<std::size_t>(recall.cells[3].note)].find("Failed") == 0);
        // The deviation of 0.25, 0.27, 0.26 is 0.01.
        QCOMPARE(recall.cells[2].number.text, std::string("26.0(10)"));
        // The totals leave out the variant that lacks a task.
        const TableGroup& totals = table.groups[2];
        QCOMPARE(totals.title, std::string("All tasks"));
        QCOMPARE(totals.rows.at(0).cells[1].number.text, std::string("92.2"));
        QCOMPARE(totals.rows.at(1).cells[1].number.text, std::string("4.5"));
        QVERIFY(totals.rows.at(0).cells[3].kind == TableCell::Kind::empty);
        // Heads: what the two forms of SLAY share stands above them.
        QCOMPARE(table.columns[2].span, std::string("SLAY"));
        QCOMPARE(table.columns[2].head, std::string("anchor"));
        QCOMPARE(table.columns[1].head, std::string("Softmax"));
    }

    void several_sizes_of_a_task_have_a_row_each() {
        const Table table = task_table(by_length(), spec());
        QCOMPARE(table.groups[0].rows.size(), std::size_t{3});
        QCOMPARE(table.groups[0].rows[1].cells[0].latex, std::string("Copy, L = 64"));
    }

    void the_suite_has_every_task_once() {
        const RunRecord record = preset_task_record(SLAY_SOURCE_DIR "/presets/tasks-full.json");
        const Table table = task_table(record, spec());
        std::size_t rows = 0;
        for (const TableGroup& group : table.groups) rows += group.rows.size();
        QCOMPARE(table.groups.size(), std::size_t{8 + 1});  // and the totals
        QCOMPARE(rows, std::size_t{22 + 2});
        QCOMPARE(table.columns.size(), std::size_t{14});
        QCOMPARE(figure_panels(spec(), record).size(), std::size_t{1});
    }

    void figure_puts_variants_beside_each_other_at_each_task() {
        const RunRecord record = small_task_record();
        const FigureData data = build_figure(spec(), record);
        QCOMPARE(data.x_parameter, std::string("task"));
        const std::vector<std::string> wanted{"Copy", "Needle in a haystack", "Associative recall"};
        QVERIFY(data.x.categories == wanted);
        QVERIFY(!data.x.log && data.y.share);
        std::set<double> taken;
        for (const Series& series : data.series) {
            QVERIFY(series.dots);
            if (series.kind != SeriesKind::measured) continue;
            for (const FigurePoint& point : series.points) {
                QVERIFY2(taken.insert(point.x).second, "two points in one place");
                QVERIFY(std::abs(point.x - std::round(point.x)) < 0.41);
            }
        }
        const Series* softmax = series_of(data, "measured:standard");
        QVERIFY(softmax && softmax->points.size() == 3);
        QCOMPARE(data.x.place(softmax->points[0].x), std::string("Copy"));
        QCOMPARE(softmax->points[0].y, 1.0);
        const Series* chance = series_of(data, "reference:chance_accuracy");
        QVERIFY(chance && chance->points.size() == 3);
        QCOMPARE(chance->points[0].x, 0.0);
        QCOMPARE(chance->points[0].y, 1.0 / 16);
        const Series* failed = series_of(data, "measured:yat-performer-laplace");
        QVERIFY(failed && failed->undrawn.size() == 1);
        QCOMPARE(data.x.place(failed->undrawn[0].x), std::string("Associative recall"));
        QVERIFY(std::any_of(data.notes.begin(), data.notes.end(), [](const std::string& note) {
            return note.find("SLAY (Laplace) at Associative recall: failed") == 0;
        }));
    }

    void figure_has_panels_by_task_and_by_length() {
        const RunRecord record = by_length();
        std::vector<std::string> labels;
        for (const Panel& panel : figure_panels(spec(), record)) labels.push_back(panel.label);
        const std::vector<std::string> wanted{"by Task, L = 32", "by Task, L = 64",
                                              "by Task, L = 128", "by Length, Needle in a haystack",
                                              "by Length, Copy"};
        for (const std::string& each : wanted)
            QVERIFY2(std::count(labels.begin(), labels.end(), each) == 1, each.c_str());
        QCOMPARE(labels.size(), wanted.size());
        FigureOptions options;
        for (const Panel& panel : figure_panels(spec(), record))
            if (panel.label == "by Length, Copy") options.panel = panel.id;
        const FigureData data = build_figure(spec(), record, options);
        QVERIFY(data.x.categories.empty() && data.x.log);
        const Series* softmax = series_of(data, "measured:standard");
        QVERIFY(softmax && !softmax->dots && softmax->points.size() == 3);
        QCOMPARE(softmax->points[2].x, 128.0);
        QVERIFY(std::abs(softmax->points[2].y - 0.95 * 40 / 138) < 1e-12);
    }
};

QTEST_APPLESS_MAIN(TaskExportsTest)
#include "task_exports_test.moc"

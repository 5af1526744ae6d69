// Tables, CSV and JSON of a small run against the files in golden/.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "exports/export_run.h"
#include "exports/tables/run_tables.h"
#include "tests/exports/golden.h"
#include "tests/exports/sample_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

QByteArray content(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TablesTest : public QObject {
    Q_OBJECT
  private slots:
    void match_golden_files() {
        const RunRecord record = small_record();
        const auto tables = tables_of(record);
        QCOMPARE(tables.size(), std::size_t(2));
        for (const RunTable& table : tables) {
            const QString name = QString::fromStdString(table.id);
            compare_with_golden(name + ".tex", table_file(record, table));
            compare_with_golden(name + ".csv", points_csv(record, table.experiment));
        }
    }

    void budget_matches_its_golden_files() {
        const RunRecord record = budget_record();
        const auto tables = tables_of(record);
        QCOMPARE(tables.size(), std::size_t(1));
        QCOMPARE(tables[0].id, std::string("feature_budget"));
        compare_with_golden("feature_budget.tex", table_file(record, tables[0]));
        compare_with_golden("feature_budget.csv", points_csv(record, tables[0].experiment));
    }

    void budget_marks_what_is_on_a_front() {
        const RunRecord record = budget_record();
        const QString tex = QString::fromStdString(table_file(record, tables_of(record)[0]));
        const auto row = [&](const QString& start) {
            for (const QString& line : tex.split('\n'))
                if (line.startsWith(start)) return line;
            return QString();
        };
        QVERIFY(tex.contains("\\providecommand{\\pareto}"));
        // On both fronts of all variants.
        QVERIFY(row("\\pareto{SLAY (Laplace)} & 1 & 8 & {}").contains("& \\pareto{0.50"));
        QVERIFY(row("\\pareto{SLAY (anchor)} & 1 & 8 & 16").contains("& \\pareto{2.0"));
        // Slower than a better one, but no better one takes less memory.
        const QString memory = row("\\pareto{SLAY (anchor)} & 2 & 8 & 8");
        QVERIFY2(memory.contains("& \\pareto{2.50}"), qPrintable(memory));
        QCOMPARE(memory.count("pareto"), 2);
        // On its own variant's fronts only; on none.
        QCOMPARE(row("SLAY (Laplace) & 4 & 8").count("\\ownpareto{"), 2);
        QCOMPARE(row("SLAY (Laplace) & 2 & 8").count("pareto"), 0);
        QCOMPARE(row("Yat (exact)").count("pareto"), 0);
        QVERIFY(row("SLAY (anchor) & 2 & 8 & 16").contains("OOM"));
        QVERIFY(row("\\emph{Uniform weights}").contains("0.71"));
    }

    void a_large_budget_sweep_keeps_its_fronts() {
        QFile preset(QStringLiteral(SLAY_SOURCE_DIR "/presets/feature-budget.json"));
        QVERIFY(preset.open(QIODevice::ReadOnly));
        const RunRecord record = grid_record(preset.readAll().toStdString());
        QCOMPARE(record.points().size(), std::size_t(2 * (4 * 64 + 2 * 16 + 1)));
        const QString tex = QString::fromStdString(table_file(record, tables_of(record)[0]));
        QVERIFY(tex.count("\\\\\n") < 90);
        QVERIFY(tex.contains("all points are in the CSV file"));
        QVERIFY(tex.contains("clustered inputs"));
        QVERIFY(tex.count("\\pareto{") > 6);
        const QByteArray csv = QByteArray::fromStdString(points_csv(record, "feature-budget"));
        QCOMPARE(static_cast<std::size_t>(csv.count('\n')), record.points().size() + 1);
    }

    void mark_best_second_and_failures() {
        const RunRecord record = small_record();
        const std::string tex = table_file(record, tables_of(record)[0]);
        // L = 256: softmax 0.125, linear 0.5, cosFormer 1.
        QVERIFY(tex.find("Softmax & \\best{0.125") != std::string::npos);
        QVERIFY(tex.find("Linear (elu+1) & \\second{0.500") != std::string::npos);
        // L = 1024: softmax and linear are the same 2.00 ms.
        QVERIFY(tex.find("\\best{2.00(") != std::string::npos);
        QVERIFY(tex.find("\\textsuperscript{a}") != std::string::npos);
        QVERIFY(tex.find("Unconverged") != std::string::npos);
        const std::string memory = table_file(record, tables_of(record)[1]);
        QVERIFY(memory.find("{OOM\\textsuperscript{a}}") != std::string::npos);
        QVERIFY(memory.find("Out of memory: Needs about 4.2 GB, 4.0 GB free.") !=
                std::string::npos);
        QVERIFY(memory.find("$\\ge$\\,4096") != std::string::npos);  // linear fits throughout
        for (const char* part : {"NVIDIA H200", "float32", "$E = 256$", "seed 0", "causal"})
            QVERIFY2(memory.find(part) != std::string::npos, part);
    }

    void a_run_without_convergence_says_so_once() {
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "s", "title": "s", "experiments": ["latency"],
                "variants": ["standard", "linear"], "sweep": {"lengths": [256, 512]}})",
            [](const Point&) -> Outcome {
                Outcome out;
                out.result.state = PointState::unconverged;
                return {out.result, {1.0, 1.5, 2.0}};
            });
        const QString tex = QString::fromStdString(table_file(record, tables_of(record)[0]));
        QCOMPARE(tex.count("No point has converged"), 1);
        QVERIFY(!tex.contains("\\textsuperscript"));
    }

    void ablation_has_the_plans_name_and_scales() {
        const RunRecord record = ablation_record();
        const auto tables = tables_of(record);
        const auto found = std::find_if(tables.begin(), tables.end(), [](const RunTable& each) {
            return each.id == "poly_ablation_sweep";
        });
        QVERIFY(found != tables.end());
        const std::string tex = table_file(record, *found);
        for (const char* part : {"Small, L = 128, E = 128", "Medium", "Large", "Quadrature alone",
                                 "Uniform weights", "{Latency (ms)}", "{$R$}", "{$P$}"})
            QVERIFY2(tex.find(part) != std::string::npos, part);
        // Exact Yat is what the others are compared with: it wins nothing.
        for (const QString& line : QString::fromStdString(tex).split('\n'))
            if (line.startsWith("Yat (exact)"))
                QVERIFY2(!line.contains("\\best"), qPrintable(line));
    }

    void contexts_that_a_longer_one_may_follow_are_marked_as_bounds() {
        const RunRecord record = context_record();
        const auto tables = tables_of(record);
        QCOMPARE(tables.size(), std::size_t(1));
        QCOMPARE(tables[0].id, std::string("max_context"));
        const QString tex = QString::fromStdString(table_file(record, tables[0]));
        for (const char* part : {"{bfloat16}", "80.0 GB", "in memory", "within 1.0 s",
                                 "it fell over", "was expected to take over 20 s"})
            QVERIFY2(tex.contains(part), (part + ("\n" + tex)).toUtf8().constData());
        QVERIFY2(tex.contains("group-separator={,}"), qPrintable(tex));  // of the counts' columns
        int bounds = 0;
        for (const QString& line : tex.split('\n')) {
            if (line.startsWith("Softmax (fused)"))
                QVERIFY2(line.contains("$\\ge$\\,262{,}144"), qPrintable(line));
            if (line.startsWith("Softmax &"))
                QVERIFY2(line.contains("32768") && !line.contains("ge$"), qPrintable(line));
            bounds += line.contains("$\\ge$\\,") ? 1 : 0;
        }
        QCOMPARE(bounds, 4);  // fused softmax and exact Yat, two types
    }

    void published_numbers_are_a_column_of_their_own() {
        const auto latencies = [](const char* overlays, const char* dtype) {
            return record_of(
                std::string(
                    R"({"schema": "slay-preset/1", "name": "s", "title": "s",
                        "experiments": ["latency"], "variants": ["standard", "linear", "performer"],
                        "sweep": {"lengths": [8192, 16384, 20000]}, "overlays": )") +
                    overlays + "}",
                [](const Point& point) -> Outcome {
                    Outcome out;
                    out.result.state = PointState::ok;
                    // Softmax does not get as far as the paper's.
                    if (point.variant == "standard" && point.parameters.integer("length") > 8192)
                        out.result.state = PointState::out_of_memory;
                    else
                        out.samples.assign(9, 1.5);
                    return out;
                },
                [&](RunStarted& started) {
                    for (Point& point : started.plan.points) {
                        point.parameters.set("dtype", std::string(dtype));
                        point.id += dtype;
                    }
                });
        };
        const auto tex_of = [](const RunRecord& record) {
            return QString::fromStdString(table_file(record, tables_of(record)[0]));
        };
        const QString tex = tex_of(latencies(R"(["paper-a100-scaling"])", "float32"));
        QVERIFY2(tex.contains("paper, A100\\textsuperscript{"), qPrintable(tex));
        QVERIFY(tex.contains("SLAY paper, arXiv"));  // below the table
        for (const QString& line : tex.split('\n')) {
            if (line.startsWith("Softmax &")) QVERIFY2(line.contains("85.60"), qPrintable(line));
            if (line.startsWith("Linear")) QVERIFY2(line.contains("18.82"), qPrintable(line));
        }
        // Not beside another type, and not without being asked for.
        QVERIFY(!tex_of(latencies(R"(["paper-a100-scaling"])", "bfloat16")).contains("paper"));
        QVERIFY(!tex_of(latencies("[]", "float32")).contains("paper"));
    }

    void the_ablation_stands_beside_the_papers() {
        RunRecord plain = ablation_record();
        RunStarted started;
        started.provenance = plain.provenance();
        started.plan.spec = plain.spec();
        started.plan.spec.overlays = {"paper-poly-ablation"};
        started.variants = plain.variants();
        started.metrics = plain.metrics();
        for (const RecordedPoint& each : plain.points()) started.plan.points.push_back(each.point);
        const RunRecord record = record_of(std::move(started), [&](const Point& point) -> Outcome {
            const RecordedPoint* known = plain.find(point.id);
            Outcome out{known->result, {}};
            if (const auto found = known->samples.find("latency_ms"); found != known->samples.end())
                out.samples = found->second.values;
            if (out.result.metrics.contains("relative_l2"))
                out.result.metrics["relative_l2"] = {0.123, {}, {}, 5};
            return out;
        });
        const auto tables = tables_of(record);
        const auto found = std::find_if(tables.begin(), tables.end(), [](const RunTable& each) {
            return each.id == "poly_ablation_sweep";
        });
        const QString tex = QString::fromStdString(table_file(record, *found));
        QVERIFY(tex.contains("paper, ablation"));
        for (const char* number : {"0.587", "0.663", "22.9", "1.72e6"})  // of the paper alone
            QVERIFY2(tex.contains(number), number);
    }

    void a_grid_fits_on_a_page() {
        QFile preset(QStringLiteral(SLAY_SOURCE_DIR "/presets/kernel-quality.json"));
        QVERIFY(preset.open(QIODevice::ReadOnly));
        const RunRecord record = grid_record(preset.readAll().toStdString());
        const std::string tex = table_file(record, tables_of(record)[0]);
        QCOMPARE(QString::fromStdString(tex).count("\\begin{table"), 1);
        QVERIFY(tex.find("all points are in the CSV file") != std::string::npos);
        const QByteArray csv = QByteArray::fromStdString(points_csv(record, "kernel-quality"));
        QCOMPARE(static_cast<std::size_t>(csv.count('\n')), record.points().size() + 1);
    }

    void csv_holds_every_point_and_no_formula() {
        const RunRecord record = hostile_record();
        for (const char* experiment : {"latency", "memory", "kernel-quality"}) {
            const QList<QByteArray> lines =
                QByteArray::fromStdString(points_csv(record, experiment)).trimmed().split('\n');
            int points = 0;
            for (const RecordedPoint& each : record.points())
                if (each.point.experiment == experiment) ++points;
            QCOMPARE(lines.size(), points + 1);
            for (const QByteArray& line : lines) {
                for (const char* start : {",=", ",+", ",@", ",\"=", ",\"@"})
                    QVERIFY2(!line.contains(start), line.constData());
            }
            // "linear" fails with a formula for a reason; it takes no part in kernel-quality.
            QCOMPARE(lines.join('\n').contains("'=HYPERLINK"),
                     std::string_view(experiment) != "kernel-quality");
        }
    }

    void are_written_twice_with_the_same_bytes() {
        for (const RunRecord& record :
             {small_record(), h200_record(), hostile_record(), budget_record()}) {
            QTemporaryDir first, second;
            const auto one = export_tables(record, first.path().toStdString());
            const auto two = export_tables(record, second.path().toStdString());
            QVERIFY(one && two);
            QCOMPARE(one->size(), two->size());
            QVERIFY(one->size() >= 3);
            QVERIFY(one->back() == "artifacts/benchmark_results.json");
            for (const std::string& path : *one) {
                const QString name = QString::fromStdString(path);
                const QByteArray bytes = content(first.filePath(name));
                QVERIFY2(!bytes.isEmpty(), path.c_str());
                QVERIFY2(bytes == content(second.filePath(name)), path.c_str());
            }
        }
    }

    void say_where_they_cannot_write() {
        QTemporaryDir folder;
        QFile file(folder.filePath("tables"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        const auto written = export_tables(small_record(), folder.path().toStdString());
        QVERIFY(!written);
        QVERIFY(written.error().message.find("tables") != std::string::npos);
    }

    void can_be_cancelled() {
        QTemporaryDir folder;
        const RunRecord record = small_record();
        const auto written =
            run_jobs(table_jobs(record), folder.path().toStdString(),
                     [](std::size_t i, std::size_t, const std::string&) { return i < 2; });
        QVERIFY(!written);
        QVERIFY(written.error().kind == ErrorKind::cancelled);
        QVERIFY(QFile::exists(folder.filePath("tables/latency_scaling.csv")));
        QVERIFY(!QFile::exists(folder.filePath("tables/memory_scaling.tex")));
    }
};

QTEST_GUILESS_MAIN(TablesTest)
#include "tables_test.moc"

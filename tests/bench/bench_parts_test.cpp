// The parts of slay-bench that need no process: the remaining time, tables, verification lines.
#include <QtTest>
#include <limits>

#include "app/bench/eta.h"
#include "app/bench/text_table.h"
#include "app/bench/verify_report.h"

using namespace slay;
using namespace slay::bench;

class BenchPartsTest : public QObject {
    Q_OBJECT

  private slots:
    void eta_starts_from_the_prediction();
    void eta_learns_the_pace();
    void eta_learns_each_experiment_apart();
    void eta_leaves_out_what_was_measured_before();
    void table_aligns_columns();
    void verify_report_keeps_the_worst();
    void verify_report_shows_what_was_not_compared();
    void verify_report_takes_nan_as_the_worst();
};

void BenchPartsTest::eta_starts_from_the_prediction() {
    Eta eta;
    QCOMPARE(eta.remaining(0), 0.0);
    eta.add_point("a", "latency", 10);
    eta.add_point("b", "latency", 30);
    eta.add_point("b", "latency", 30);  // the same point
    QCOMPARE(eta.remaining(0), 40.0);
    QCOMPARE(eta.remaining(4), 36.0);
    QCOMPARE(eta.remaining(100), 0.0);
}

void BenchPartsTest::eta_learns_the_pace() {
    Eta eta;
    eta.add_point("a", "latency", 10);
    eta.add_point("b", "latency", 30);
    eta.finish("a", 20);  // twice as long as predicted
    QCOMPARE(eta.remaining(20), 60.0);
    QCOMPARE(eta.remaining(30), 50.0);
    eta.finish("b", 80);
    QCOMPARE(eta.remaining(80), 0.0);
}

void BenchPartsTest::eta_learns_each_experiment_apart() {
    Eta eta;
    eta.add_point("a", "latency", 10);
    eta.add_point("b", "latency", 10);
    eta.add_point("c", "memory", 10);
    eta.finish("a", 30);
    QCOMPARE(eta.remaining(30), 40.0);  // b takes 30 too; of c only the prediction is known
    eta.finish("c", 35);
    QCOMPARE(eta.remaining(35), 30.0);
}

void BenchPartsTest::eta_leaves_out_what_was_measured_before() {
    Eta eta;
    eta.add_point("a", "latency", 10);
    eta.add_point("b", "latency", 30);
    eta.leave_out("b");
    eta.leave_out("unknown");
    QCOMPARE(eta.remaining(0), 10.0);
}

void BenchPartsTest::table_aligns_columns() {
    TextTable table;
    table.add_column("name");
    table.add_column("ms", Align::right);
    QVERIFY(table.empty());
    table.add_row({"Nystr\u00f6m", "1.5"});
    table.add_row({"a", "12.25"});
    QCOMPARE(QString::fromStdString(table.to_text("  ")),
             QString::fromUtf8("  name        ms\n"
                               "  Nystr\u00f6m    1.5\n"
                               "  a        12.25\n"));
    QVERIFY_EXCEPTION_THROWN(table.add_row({"one"}), std::logic_error);
}

void BenchPartsTest::verify_report_keeps_the_worst() {
    VerifyReport report;
    VerifyLine line{.variant = "linear",
                    .subject = "output",
                    .where = "float32 L=1",
                    .relative_error = 1e-7,
                    .bound = 1e-4,
                    .passed = true,
                    .note = {},
                    .compared = true};
    QCOMPARE(report.add(line), std::string());
    line.relative_error = 2e-3;
    line.bound = 1e-2;  // nearer to its bound than the first
    QCOMPARE(report.add(line), std::string());
    line.relative_error = 5e-7;
    line.bound = 1e-4;
    QCOMPARE(report.add(line), std::string());
    line.variant = "standard";
    const std::string summary = report.add(line);
    QVERIFY2(summary.starts_with("ok    linear "), summary.c_str());
    QVERIFY(summary.find("output 2.0e-03 (<= 1e-02)  3 comparisons") != std::string::npos);
    QCOMPARE(report.compared(), std::size_t(4));
    QCOMPARE(report.missed(), std::size_t(0));
}

void BenchPartsTest::verify_report_shows_what_was_not_compared() {
    VerifyReport report;
    const VerifyLine line{.variant = "standard-fused",
                          .subject = "output",
                          .where = "float64",
                          .relative_error = 0,
                          .bound = 0,
                          .passed = true,
                          .note = "takes no float64",
                          .compared = false};
    report.add(line);
    report.add(line);
    const std::string summary = report.finish();
    QVERIFY2(summary.find("[not compared: takes no float64, 2 times]") != std::string::npos,
             summary.c_str());
    QCOMPARE(report.compared(), std::size_t(0));
}

void BenchPartsTest::verify_report_takes_nan_as_the_worst() {
    VerifyReport report;
    VerifyLine line{.variant = "linear",
                    .subject = "output",
                    .where = "x",
                    .relative_error = std::numeric_limits<double>::quiet_NaN(),
                    .bound = 1e-4,
                    .passed = false,
                    .note = {},
                    .compared = true};
    QVERIFY(report.add(line).starts_with("MISS  linear output (x): nan"));
    line.relative_error = 1.0;
    report.add(line);
    QVERIFY(report.finish().find("output nan") != std::string::npos);
    QVERIFY(verify_json(line)["relative_error"] == 1.0);
    line.relative_error = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(verify_json(line)["relative_error"].is_null());
}

QTEST_GUILESS_MAIN(BenchPartsTest)
#include "bench_parts_test.moc"

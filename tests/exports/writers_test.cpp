// Escaping, rounding, CSV cells and the marks of the best: the small parts of the writers.
#include <QtTest>
#include <cmath>

#include "exports/csv.h"
#include "exports/latex_text.h"
#include "exports/rounded.h"
#include "exports/tables/column_width.h"
#include "exports/tables/table_model.h"

using namespace slay;

class WritersTest : public QObject {
    Q_OBJECT
  private slots:
    void escapes_latex_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("latex");
        QTest::newRow("plain") << "float32, E"
                               << "float32, E";
        QTest::newRow("specials") << "a_b & 50% #1 {x}"
                                  << "a\\_b \\& 50\\% \\#1 \\{x\\}";
        QTest::newRow("command") << "\\input{x}"
                                 << "\\textbackslash{}input\\{x\\}";
        QTest::newRow("math") << "$x^2$ ~"
                              << "\\$x\\textasciicircum{}2\\$ \\textasciitilde{}";
        QTest::newRow("html") << "<b>"
                              << "\\textless{}b\\textgreater{}";
        QTest::newRow("row option") << "[x]*"
                                    << "{[}x]{*}";
        QTest::newRow("quote") << "\""
                               << "''";
        QTest::newRow("accent") << QString::fromUtf8("Nystr\u00f6m") << "Nystr\\\"{o}m";
        QTest::newRow("symbol") << QString::fromUtf8("L\u00b2") << "L\\ensuremath{^2}";
        QTest::newRow("unknown") << QString::fromUtf8("\u4e2d") << "U+4E2D";
        QTest::newRow("long word") << "abcdefghijklmnopqr"
                                   << "abcdefghijklmnop\\hspace{0pt}qr";
    }
    void escapes_latex() {
        QFETCH(QString, text);
        QTEST(QString::fromStdString(latex_escape(text.toStdString())), "latex");
    }
    void replaces_what_is_not_utf8() {
        const std::string out = latex_escape("a\xff\x01z");
        QVERIFY(out.find("U+FFFD") != std::string::npos);
        for (const char c : out) QVERIFY(static_cast<unsigned char>(c) < 0x80 && c >= 0x20);
    }
    void keeps_only_labels_it_knows() {
        QCOMPARE(latex_variant_label("yat-performer-nystrom", "SLAY (Nystr\u00f6m)",
                                     "SLAY (Nystr\\\"om)"),
                 std::string("SLAY (Nystr\\\"om)"));
        QCOMPARE(latex_variant_label("yat-performer-nystrom", "mine_", "\\write18{x}"),
                 std::string("mine\\_"));
        QCOMPARE(latex_variant_label("new", "a&b", "\\write18{x}"), std::string("a\\&b"));
    }

    void rounds_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<QString>("text");
        const double none = std::nan("");
        QTest::newRow("no interval") << 1.23456 << none << none << "1.23";
        QTest::newRow("large") << 66785.4 << none << none << "66785";
        QTest::newRow("carries") << 9.996 << none << none << "10.0";
        QTest::newRow("interval") << 2.3454 << 2.341 << 2.349 << "2.345(5)";
        QTest::newRow("at most one digit more") << 115.5735 << 115.5730 << 115.5740 << "115.6(1)";
        QTest::newRow("rounded up") << 10.0 << 9.9 << 10.11 << "10.0(2)";
        QTest::newRow("ten units are one") << 2.398 << 2.3885 << 2.4075 << "2.40(1)";
        QTest::newRow("wide") << 0.58 << -1.7 << 2.9 << "0.6(24)";
        QTest::newRow("lost in its interval") << -7.2e-5 << -1.03 << 1.03 << "-0.0(11)";
        QTest::newRow("zero") << 0.0 << none << none << "0";
        QTest::newRow("negative") << -0.0042 << none << none << "-0.00420";
        QTest::newRow("tiny") << 2.5e-7 << none << none << "2.50e-7";
        QTest::newRow("huge") << 2195912.75 << none << none << "2.20e6";
        QTest::newRow("huge with interval") << 474075.2 << 459853.0 << 488297.0 << "4.7(2)e5";
    }
    void rounds() {
        QFETCH(double, value);
        QFETCH(double, low);
        QFETCH(double, high);
        MetricValue metric{value, {}, {}, 9};
        if (!std::isnan(low)) {
            metric.low = low;
            metric.high = high;
        }
        QTEST(QString::fromStdString(round_for_table(metric, 3).text), "text");
    }
    void counts_digits_of_a_column() {
        const Rounded a = round_for_table({115.57, 115.52, 115.62, 9}, 3);
        QCOMPARE(a.integers, 3);
        QCOMPARE(a.decimals, 1);
        QCOMPARE(a.uncertainty, 1);
        Table table;
        table.columns.push_back({"L", true, ""});
        table.groups.push_back({"", {}});
        for (const MetricValue& value :
             {MetricValue{115.57, 115.52, 115.62, 9}, MetricValue{-0.1246, -0.1250, -0.1240, 9}})
            table.groups[0].rows.push_back({{TableCell::of(round_for_table(value, 3))}});
        QCOMPARE(table_format(measure_column(table, 0)), std::string("-3.4(1)"));
    }

    void marks_best_and_second() {
        std::vector<TableCell> cells(4);
        const std::vector<MetricValue> values{{1.00, 0.98, 1.02, 9},
                                              {1.01, 0.99, 1.03, 9},  // overlaps the best
                                              {1.20, 1.19, 1.21, 9},
                                              {2.00, 1.90, 2.10, 9}};
        const auto mark = [&](Better better) {
            std::vector<RankedCell> ranked;
            for (std::size_t i = 0; i < cells.size(); ++i) {
                cells[i] = TableCell::of(round_for_table(values[i], 3));
                ranked.push_back({&cells[i], values[i]});
            }
            mark_best(ranked, better);
        };
        mark(Better::lower);
        QVERIFY(cells[0].mark == Mark::best && cells[1].mark == Mark::best);
        QVERIFY(cells[2].mark == Mark::second && cells[3].mark == Mark::none);
        mark(Better::higher);
        QVERIFY(cells[3].mark == Mark::best && cells[2].mark == Mark::second);
        QVERIFY(cells[0].mark == Mark::none && cells[1].mark == Mark::none);
        mark(Better::neither);
        for (const TableCell& cell : cells) QVERIFY(cell.mark == Mark::none);
    }
    void an_interval_that_says_nothing_makes_no_tie() {
        // The mean of a heavy-tailed error over seeds: its interval reaches below the best.
        const MetricValue good{0.78, 0.74, 0.82, 3}, fair{0.90, 0.86, 0.94, 3},
            wild{118, -15, 251, 3};
        TableCell cells[3];
        std::vector<RankedCell> ranked;
        for (int i = 0; const MetricValue& value : {good, fair, wild}) {
            cells[i] = TableCell::of(round_for_table(value, 3));
            ranked.push_back({&cells[i++], value});
        }
        mark_best(ranked, Better::lower);
        QVERIFY(cells[0].mark == Mark::best && cells[1].mark == Mark::second);
        QVERIFY(cells[2].mark == Mark::none);
    }
    void marks_equal_readings_alike_without_intervals() {
        std::vector<TableCell> cells(3);
        std::vector<RankedCell> ranked;
        const double values[]{63.64, 63.61, 70};
        for (int i = 0; i < 3; ++i) {
            const MetricValue value{values[i], {}, {}, 1};
            cells[i] = TableCell::of(round_for_table(value, 3));
            ranked.push_back({&cells[i], value});
        }
        mark_best(ranked, Better::lower);
        QVERIFY(cells[0].mark == Mark::best && cells[1].mark == Mark::best);
        QVERIFY(cells[2].mark == Mark::second);
        for (TableCell& cell : cells) cell.mark = Mark::none;
        ranked.pop_back();
        mark_best(ranked, Better::lower);  // all tie: nothing stands out
        QVERIFY(cells[0].mark == Mark::none && cells[1].mark == Mark::none);
    }
    void letters_notes() {
        QCOMPARE(note_letter(0), std::string("a"));
        QCOMPARE(note_letter(25), std::string("z"));
        QCOMPARE(note_letter(26), std::string("aa"));
    }

    void protects_spreadsheets_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("cell");
        QTest::newRow("plain") << QByteArray("abc") << QByteArray("abc");
        QTest::newRow("comma") << QByteArray("a,b") << QByteArray("\"a,b\"");
        QTest::newRow("quote") << QByteArray("a\"b") << QByteArray("\"a\"\"b\"");
        QTest::newRow("formula") << QByteArray("=1+1") << QByteArray("'=1+1");
        QTest::newRow("at") << QByteArray("@SUM(A1)") << QByteArray("'@SUM(A1)");
        QTest::newRow("minus") << QByteArray("-2+cmd|'x'!A") << QByteArray("'-2+cmd|'x'!A");
        QTest::newRow("hidden") << QByteArray("\x01=1") << QByteArray("'=1");
        QTest::newRow("quoted formula") << QByteArray("=A,B") << QByteArray("\"'=A,B\"");
    }
    void protects_spreadsheets() {
        QFETCH(QByteArray, text);
        QTEST(QByteArray::fromStdString(csv_text(text.toStdString())), "cell");
    }
    void writes_numbers_that_read_back() {
        for (const double value : {0.1, 1.0 / 3, 6.02e23, -2.5e-300, 4096.0})
            QCOMPARE(std::stod(csv_number(value)), value);
        QCOMPARE(csv_number(NAN), std::string());
        QCOMPARE(csv_number(INFINITY), std::string());
    }
};

QTEST_GUILESS_MAIN(WritersTest)
#include "writers_test.moc"

// Packages of AOTInductor in a sweep: opened by LibTorch's loader in a worker, shown to be
// attentions, timed; what they do not take, and what they do wrong, costs their own points.
#include <QtTest>

#include "tests/own/own_run.h"

class OwnPackageTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void one_is_a_row_like_any_other();
    void what_it_does_not_take_is_unsupported();
    void a_crash_costs_its_own_point();
    void what_is_none_is_said_in_a_line();

  private:
    // Measures `files`, named without their ".pt2", beside fused softmax; more words for
    // slay-bench.
    BenchResult measure(const QString& out, QStringList files, const QStringList& more = {}) {
        for (QString& file : files) file += ".pt2";
        const BenchResult result = bench_.run(own_words(bench_, out, files, more));
        points_ = points_of(bench_, out);
        return result;
    }
    QJsonObject point(const QString& variant, int length, const QString& pass = "forward",
                      bool causal = true) const {
        for (const QJsonValue each : points_) {
            const QJsonValue parameters = each["parameters"];
            if (each["variant"].toString() == variant && parameters["length"].toInt() == length &&
                parameters["pass"].toString() == pass && parameters["causal"].toBool() == causal)
                return each.toObject();
        }
        return {};
    }
    static QString reason(const QJsonObject& point) {
        return point["state"].toString() + ": " + point["reason"].toString();
    }

    Bench bench_;
    QJsonArray points_;
};

void OwnPackageTest::initTestCase() {
    bench_.use_real_engine();
    QCOMPARE(QProcess::execute(SLAY_MAKE_PACKAGES, {bench_.folder(), SLAY_PACKAGE_MODEL}), 0);
}

void OwnPackageTest::one_is_a_row_like_any_other() {
    const BenchResult result =
        measure("one", {"windowed"}, {"--set", "/sweep/causal=[true,false]"});
    QVERIFY2(result.code == 3, result.err);  // the other flag is not the one it was compiled for
    for (const int length : {64, 96}) {
        const QJsonObject found = point("own:windowed", length);
        QVERIFY2(measured(found), qPrintable(reason(found)));
        const QJsonObject notes = found["notes"].toObject();
        QCOMPARE(notes["implementation"].toString(), QString("AOTInductor package"));
        QVERIFY2(notes["conformance"].toString().contains("at L = 37 and 129: shape"),
                 qPrintable(notes["conformance"].toString()));
        QVERIFY(notes["conformance"].toString().contains("causal"));
        const QJsonObject other = point("own:windowed", length, "forward", false);
        QVERIFY2(other["state"].toString() == "incorrect", qPrintable(reason(other)));
        QVERIFY(measured(point("standard-fused", length, "forward", false)));
    }
}

void OwnPackageTest::what_it_does_not_take_is_unsupported() {
    const BenchResult result = measure("fixed", {"fixed", "windowed"},
                                       {"--set", "/sweep/passes=[\"forward\",\"forward+backward\"]",
                                        "--set", "/sweep/dtypes=[\"float32\",\"float64\"]"});
    QVERIFY2(result.code == 0, result.err);  // unsupported is a normal result
    const QJsonObject there = point("own:fixed", 64);
    QVERIFY2(measured(there), qPrintable(reason(there)));
    QVERIFY2(there["notes"].toObject()["conformance"].toString().contains("L = 64 alone"),
             qPrintable(there["notes"].toObject()["conformance"].toString()));
    const QJsonObject longer = point("own:fixed", 96);
    QCOMPARE(longer["state"].toString(), QString("unsupported"));
    QVERIFY2(reason(longer).contains("The package does not take [") &&
                 reason(longer).contains("compiled for"),
             qPrintable(reason(longer)));
    const QJsonObject back = point("own:windowed", 64, "forward+backward");
    QCOMPARE(back["state"].toString(), QString("unsupported"));
    QVERIFY2(reason(back).contains("gradient") || reason(back).contains("backward"),
             qPrintable(reason(back)));
    int refused = 0;
    for (const QJsonValue each : points_)
        if (each["variant"].toString() == "own:windowed" &&
            each["parameters"]["dtype"].toString() == "float64") {
            QVERIFY(!measured(each.toObject()));
            refused += each["state"].toString() == "unsupported" ? 1 : 0;
        }
    QCOMPARE(refused, 4);
    // One of the lengths at which others are looked at, and the only one that this takes.
    measure("short", {"short"}, {"--set", "/sweep/lengths=[37]"});
    QVERIFY2(measured(point("own:short", 37)), qPrintable(reason(point("own:short", 37))));
}

void OwnPackageTest::a_crash_costs_its_own_point() {
    const BenchResult result = measure("crash", {"crashing", "windowed"});
    QVERIFY2(result.code == 3, result.err);
    const QJsonObject crashed = point("own:crashing", 96);
    QCOMPARE(crashed["state"].toString(), QString("failed"));
    QVERIFY2(reason(crashed).contains("was ended by signal 6"), qPrintable(reason(crashed)));
    QVERIFY2(measured(point("own:crashing", 64)), qPrintable(reason(point("own:crashing", 64))));
    for (const char* other : {"standard-fused", "own:windowed"})
        for (const int length : {64, 96}) QVERIFY(measured(point(other, length)));
}

void OwnPackageTest::what_is_none_is_said_in_a_line() {
    bench_.write("garbage.pt2", "PK\x03\x04 and nothing of a package behind it");
    QFile whole(bench_.path("windowed.pt2"));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    bench_.write("cut.pt2", whole.readAll().chopped(2000));
    const BenchResult result = measure("none", {"garbage", "cut", "elsewhere"});
    QVERIFY2(result.code == 3, result.err);
    for (const char* name : {"own:garbage", "own:cut"})
        for (const int length : {64, 96}) {
            const QJsonObject found = point(name, length);
            QVERIFY(!measured(found));
            QVERIFY2(reason(found).contains("is no package that can run here"),
                     qPrintable(reason(found)));
        }
    QVERIFY2(reason(point("own:elsewhere", 64))
                 .contains("was compiled for cuda, and this point is "
                           "on cpu"),
             qPrintable(reason(point("own:elsewhere", 64))));
    for (const int length : {64, 96}) QVERIFY(measured(point("standard-fused", length)));
}

QTEST_GUILESS_MAIN(OwnPackageTest)
#include "own_package_test.moc"

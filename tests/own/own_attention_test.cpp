// The user's own attentions in a sweep: shown to be attentions, then timed, beside the built-in
// ones; whatever they do costs their own points. The real engine, in workers.
#include <QtTest>

#include "tests/own/own_run.h"

namespace {

struct Expected {
    const char* variant;
    const char* state;   // forward
    const char* reason;  // part of it
};

// Each fails in one way, and is found out.
constexpr Expected expected[]{
    {"own:windowed", "measured", ""},
    {"own:peeking", "incorrect", "what comes after position 0 changes outputs before it"},
    {"own:random", "incorrect", "the same inputs give another output"},
    {"own:mixing", "incorrect", "a sequence alone gives another output than beside others"},
    {"own:writing", "incorrect", "it changes its inputs"},
    {"own:narrow", "incorrect",
     "its output is [2, 2, 37, 15] of Float on cpu; expected [2, 2, 37, 16]"},
    {"own:infinite", "incorrect", "its output is not finite"},
    {"own:constant", "incorrect", "its output does not depend on v"},
    {"own:complaining", "failed", "shape '[7, 7, 7]' is invalid for input of size"},
    {"own:other-signature", "failed", "expected forward(q: Tensor, k: Tensor, v: Tensor"},
};

}  // namespace

class OwnAttentionTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void nobody_runs_it_unasked();
    void one_is_a_row_like_any_other_and_the_rest_are_found_out();
    void a_crash_costs_its_own_point();
    void gradients_are_looked_at();
    void the_flag_has_to_count();

  private:
    // As own_words(), of files without their ".pt".
    QStringList words(const QString& out, QStringList files, const QStringList& more) {
        for (QString& file : files) file += ".pt";
        return own_words(bench_, out, files, more);
    }
    QJsonObject point(const QString& out, const QString& variant, int length) {
        for (const QJsonValue each : points_of(bench_, out))
            if (each["variant"].toString() == variant &&
                each["parameters"]["length"].toInt() == length)
                return each.toObject();
        return {};
    }

    Bench bench_;
};

void OwnAttentionTest::initTestCase() {
    bench_.use_real_engine();
    QCOMPARE(QProcess::execute(SLAY_MAKE_MODULES, {bench_.folder()}), 0);
}

void OwnAttentionTest::nobody_runs_it_unasked() {
    QStringList arguments = words("unasked", {"windowed"}, {});
    const auto at = arguments.indexOf("--trust");
    const QString hash = arguments[at + 1];
    arguments.remove(at, 2);
    const BenchResult result = bench_.run(arguments);
    QCOMPARE(result.code, 64);
    QVERIFY2(result.err.contains("is somebody's code"), result.err);
    QVERIFY2(result.err.contains(("--trust " + hash).toUtf8()), result.err);
    QVERIFY(!QFile::exists(bench_.path("unasked/journal.jsonl")));

    const BenchResult here = bench_.run(words("here", {"windowed"}, {"--executor", "in-process"}));
    QCOMPARE(here.code, 64);
    QVERIFY2(here.err.contains("it is measured in a worker only"), here.err);
}

void OwnAttentionTest::one_is_a_row_like_any_other_and_the_rest_are_found_out() {
    QStringList files;
    for (const Expected& each : expected) files << QString(each.variant).mid(4);
    const BenchResult result = bench_.run(words("all", files, {}));
    QCOMPARE(result.code, 3);
    QVERIFY(measured(point("all", "standard-fused", 64)));
    for (const Expected& each : expected) {
        const QJsonObject found = point("all", each.variant, 64);
        const QString reason = found["reason"].toString();
        if (QByteArray(each.state) == "measured")
            QVERIFY2(measured(found), qPrintable(QString(each.variant) + ": " + reason));
        else
            QVERIFY2(found["state"].toString() == each.state && !measured(found),
                     qPrintable(QString(each.variant) + ": " + found["state"].toString() + reason));
        QVERIFY2(reason.contains(each.reason), qPrintable(QString(each.variant) + ": " + reason));
    }
    // The record says which bytes were measured, and what was shown of them.
    const QJsonObject good = point("all", "own:windowed", 96);
    QFile file(bench_.path("windowed.pt"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString hash =
        QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256).toHex();
    QCOMPARE(good["parameters"]["sha256"].toString(), hash);
    QCOMPARE(good["notes"]["sha256"].toString(), hash);
    QCOMPARE(good["notes"]["implementation"].toString(), QString("TorchScript"));
    QVERIFY2(good["notes"]["conformance"].toString().contains("at L = 37 and 129: shape"),
             qPrintable(good["notes"]["conformance"].toString()));
    QFile table(bench_.path("all/tables/latency_scaling.tex"));
    QVERIFY(table.open(QIODevice::ReadOnly));
    QVERIFY(table.readAll().contains("windowed"));
}

void OwnAttentionTest::a_crash_costs_its_own_point() {
    const BenchResult result = bench_.run(words("crash", {"windowed", "crashing"}, {}));
    QCOMPARE(result.code, 3);
    const QJsonObject crashed = point("crash", "own:crashing", 96);
    QCOMPARE(crashed["state"].toString(), QString("failed"));
    QVERIFY2(crashed["reason"].toString().contains("was ended by signal 8"),
             qPrintable(crashed["reason"].toString()));
    QVERIFY(measured(point("crash", "own:crashing", 64)));
    for (const char* other : {"standard-fused", "own:windowed"})
        for (const int length : {64, 96}) QVERIFY(measured(point("crash", other, length)));
}

void OwnAttentionTest::gradients_are_looked_at() {
    bench_.run(
        words("back", {"windowed", "detached", "straight-through"},
              {"--set", "/sweep/passes=[\"forward+backward\"]", "--set", "/sweep/lengths=[64]"}));
    QVERIFY2(measured(point("back", "own:windowed", 64)),
             qPrintable(point("back", "own:windowed", 64)["reason"].toString()));
    QVERIFY(
        point("back", "own:windowed", 64)["notes"].toObject()["conformance"].toString().endsWith(
            ", gradients"));
    const QJsonObject detached = point("back", "own:detached", 64);
    QCOMPARE(detached["state"].toString(), QString("unsupported"));
    QVERIFY(detached["reason"].toString().contains("has no gradient"));
    const QJsonObject through = point("back", "own:straight-through", 64);
    QCOMPARE(through["state"].toString(), QString("incorrect"));
    QVERIFY2(through["reason"].toString().contains("its gradients say a slope of"),
             qPrintable(through["reason"].toString()));
}

void OwnAttentionTest::the_flag_has_to_count() {
    bench_.run(words("both", {"peeking"},
                     {"--set", "/sweep/causal=[true,false]", "--set", "/sweep/lengths=[64]"}));
    int right = 0, wrong = 0;
    for (const QJsonValue each : points_of(bench_, "both")) {
        if (each["variant"].toString() != "own:peeking") continue;
        const bool causal = each["parameters"]["causal"].toBool();
        right += !causal && measured(each.toObject()) ? 1 : 0;
        wrong += causal && each["state"].toString() == "incorrect" ? 1 : 0;
    }
    QCOMPARE(right, 1);
    QCOMPARE(wrong, 1);
}

QTEST_GUILESS_MAIN(OwnAttentionTest)
#include "own_attention_test.moc"

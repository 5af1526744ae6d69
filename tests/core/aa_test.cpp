// The verdict on A/A pairs: the same program measured in several processes. Real samples, in
// tests/data/aa; how often equals are told apart is printed. The rule for GPUs was made from the
// two sets h100-forward and h100-both-passes; the others are independent of every rule.
#include <QDir>
#include <QFile>
#include <QtTest>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/core/comparison.h"
#include "engine/core/statistics.h"

using namespace slay;

namespace {

using Samples = std::vector<double>;

struct AaPoint {
    std::string name;
    std::vector<Samples> runs;  // of one point: the samples of each process
};

struct AaSet {
    std::string device = "cuda:0";
    std::vector<AaPoint> points;
};

AaSet read_set(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) qFatal("%s cannot be read", qPrintable(path));
    const auto json = nlohmann::json::parse(file.readAll().toStdString());
    AaSet set;
    set.device = json.value("device", set.device);
    for (const auto& row : json.at("points"))
        set.points.push_back({row.at("variant").get<std::string>() + " " +
                                  row.at("dtype").get<std::string>() + " " +
                                  row.at("pass").get<std::string>() +
                                  " L = " + std::to_string(row.at("length").get<int>()),
                              row.at("runs").get<std::vector<Samples>>()});
    return set;
}

// The 95 % interval of a rate of which `found` of `tried` were seen (Wilson's).
std::pair<double, double> rate_interval(int found, int tried) {
    const double z = 1.96, n = tried, p = found / n, scale = 1 + z * z / n;
    const double centre = (p + z * z / (2 * n)) / scale;
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
    return {centre - half, centre + half};
}

bool told_apart(const Samples& a, const Samples& b, const CompareRules& rules) {
    const Verdict verdict = compare_samples(a, b, Better::lower, rules).verdict;
    return verdict == Verdict::better || verdict == Verdict::worse;
}

}  // namespace

class AaTest : public QObject {
    Q_OBJECT

  private slots:
    void equals_are_not_told_apart_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(SLAY_SOURCE_DIR "/tests/data/aa");
        const QFileInfoList files = folder.entryInfoList({"*.json"}, QDir::Files, QDir::Name);
        QVERIFY(!files.isEmpty());
        for (const QFileInfo& file : files)
            QTest::newRow(qPrintable(file.completeBaseName())) << file.filePath();
    }
    void equals_are_not_told_apart() {
        QFETCH(QString, path);
        int pairs = 0, alarms = 0, by_interval_alone = 0;
        const AaSet set = read_set(path);
        const CompareRules rules = rules_for(set.device);
        CompareRules interval_alone = rules;
        interval_alone.spreads = interval_alone.host_jitter = 0;  // and the margin
        for (const AaPoint& point : set.points)
            for (std::size_t a = 0; a < point.runs.size(); ++a)
                for (std::size_t b = a + 1; b < point.runs.size(); ++b) {
                    ++pairs;
                    const bool alarm = told_apart(point.runs[a], point.runs[b], rules);
                    alarms += alarm;
                    by_interval_alone += told_apart(point.runs[a], point.runs[b], interval_alone);
                    if (alarm) qInfo("told apart: %s, runs %zu and %zu", point.name.c_str(), a, b);
                }
        QVERIFY(pairs >= 200);
        const auto [low, high] = rate_interval(alarms, pairs);
        qInfo(
            "%d of %d A/A pairs are told apart (%.2f %%, at 95 %% %.2f to %.2f); by the interval "
            "and "
            "the margin alone %d",
            alarms, pairs, 100.0 * alarms / pairs, 100 * low, 100 * high, by_interval_alone);
        // The rate that is stated, that of an interval of 99 %.
        QVERIFY2(alarms <= pairs * (1 - rules.confidence), qPrintable(QString::number(alarms)));
    }

    // A rule that tells nothing apart would pass the above: calm points, made 10 % slower.
    void true_differences_of_calm_points_are_found() {
        const CompareRules rules = rules_for("cuda:0");
        int pairs = 0, found = 0;
        for (const AaPoint& point :
             read_set(SLAY_SOURCE_DIR "/tests/data/aa/h100-forward.json").points) {
            if (median(point.runs[0]) < 0.1) continue;
            for (std::size_t a = 0; a < point.runs.size(); ++a)
                for (std::size_t b = 0; b < point.runs.size(); ++b) {
                    Samples slower = point.runs[b];
                    for (double& value : slower) value *= 1.10;
                    const bool calm = [&] {
                        for (const Samples& run : {point.runs[a], point.runs[b]}) {
                            const SampleSummary summary = summarise(run);
                            if (summary.p80 / summary.p20 > 1.015) return false;
                        }
                        return true;
                    }();
                    if (a == b || !calm) continue;
                    ++pairs;
                    found += compare_samples(point.runs[a], slower, Better::lower, rules).verdict ==
                             Verdict::worse;
                }
        }
        qInfo("%d of %d calm pairs with 10 %% between them are found", found, pairs);
        QVERIFY(pairs >= 50);
        QVERIFY2(found >= pairs * 9 / 10, qPrintable(QString::number(found)));
    }
};

QTEST_APPLESS_MAIN(AaTest)
#include "aa_test.moc"

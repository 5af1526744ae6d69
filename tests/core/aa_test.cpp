// The verdict on A/A pairs: the same program measured in several processes. Real samples, of an
// H100, in tests/data/aa; how often equals are told apart is printed.
#include <QDir>
#include <QFile>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "engine/core/comparison.h"
#include "engine/core/statistics.h"

using namespace slay;

namespace {

using Samples = std::vector<double>;

struct AaPoint {
    std::string name;
    std::vector<Samples> runs;  // of one point: the samples of each process
};

std::vector<AaPoint> read_points(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) qFatal("%s cannot be read", qPrintable(path));
    const auto json = nlohmann::json::parse(file.readAll().toStdString());
    std::vector<AaPoint> points;
    for (const auto& row : json.at("points"))
        points.push_back({row.at("variant").get<std::string>() + " " +
                              row.at("dtype").get<std::string>() + " " +
                              row.at("pass").get<std::string>() +
                              " L = " + std::to_string(row.at("length").get<int>()),
                          row.at("runs").get<std::vector<Samples>>()});
    return points;
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
        CompareRules interval_alone = rules_for("cuda:0");
        interval_alone.spreads = interval_alone.host_jitter = 0;  // and a margin of 3 %
        for (const AaPoint& point : read_points(path))
            for (std::size_t a = 0; a < point.runs.size(); ++a)
                for (std::size_t b = a + 1; b < point.runs.size(); ++b) {
                    ++pairs;
                    const bool alarm =
                        told_apart(point.runs[a], point.runs[b], rules_for("cuda:0"));
                    alarms += alarm;
                    by_interval_alone += told_apart(point.runs[a], point.runs[b], interval_alone);
                    if (alarm) qInfo("told apart: %s, runs %zu and %zu", point.name.c_str(), a, b);
                }
        qInfo(
            "%d of %d A/A pairs are told apart (%.1f %%); by the interval and the margin alone %d",
            alarms, pairs, 100.0 * alarms / pairs, by_interval_alone);
        QVERIFY(pairs >= 200);
        QVERIFY2(alarms <= pairs / 100, qPrintable(QString::number(alarms)));
    }

    // A rule that tells nothing apart would pass the above: calm points, made 10 % slower.
    void true_differences_of_calm_points_are_found() {
        const CompareRules rules = rules_for("cuda:0");
        int pairs = 0, found = 0;
        for (const AaPoint& point :
             read_points(SLAY_SOURCE_DIR "/tests/data/aa/h100-forward.json")) {
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

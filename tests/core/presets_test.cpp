// Presets are data: every file in presets/ parses, expands, and says what it is.
#include <QDir>
#include <QFileInfo>
#include <QtTest>
#include <set>

#include "engine/core/experiment_info.h"
#include "engine/core/plan.h"
#include "engine/core/units.h"

using namespace slay;

class PresetsTest : public QObject {
    Q_OBJECT

  private slots:
    void expands_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(SLAY_SOURCE_DIR "/presets");
        const QFileInfoList files = folder.entryInfoList({"*.json"}, QDir::Files, QDir::Name);
        QVERIFY2(!files.isEmpty(), "there are no presets");
        for (const QFileInfo& file : files)
            QTest::newRow(qPrintable(file.fileName())) << file.filePath();
    }
    void expands() {
        QFETCH(QString, path);
        const auto spec = read_spec(path.toStdString());
        QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
        QCOMPARE(QString::fromStdString(spec->name), QFileInfo(path).completeBaseName());
        QVERIFY2(!spec->title.empty() && !spec->description.empty(), "no title or description");
        for (const std::string& overlay : spec->overlays)
            QVERIFY2(
                QFileInfo::exists(
                    QString(SLAY_SOURCE_DIR "/resources/anchors/%1.json").arg(overlay.c_str())),
                overlay.c_str());
        QCOMPARE(parse_spec(to_text(*spec), "again").value(), *spec);

        DeviceRates gpu{"gpu", 4e13, 3e12, 5e-6, 1.4e11, true};
        for (const DeviceRates& rates : {DeviceRates{}, gpu}) {
            const auto plan = make_plan(*spec, rates);
            QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
            std::set<std::string> experiments;
            for (const Point& point : plan->points) experiments.insert(point.experiment);
            QCOMPARE(experiments.size(), spec->experiments.size());
            qInfo("%s: %zu points, %s predicted, largest %s", rates.name.c_str(),
                  plan->points.size(), format_duration(plan->predicted_seconds).c_str(),
                  format_bytes(plan->predicted_peak_bytes).c_str());
        }
    }

    void suites_cover_every_experiment_and_say_something_soon_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("gpu");
        QTest::addColumn<double>("minutes");  // what the description promises at most
        QTest::newRow("quick") << "suite-quick" << true << 10.0;
        QTest::newRow("quick, CPU") << "suite-quick-cpu" << false << 15.0;
        QTest::newRow("full") << "suite-full" << true << 240.0;
    }
    void suites_cover_every_experiment_and_say_something_soon() {
        QFETCH(QString, name);
        QFETCH(bool, gpu);
        QFETCH(double, minutes);
        const auto spec = read_spec((SLAY_SOURCE_DIR "/presets/" + name + ".json").toStdString());
        QVERIFY2(spec, spec ? "" : spec.error().message.c_str());
        std::set<std::string> experiments(spec->experiments.begin(), spec->experiments.end());
        for (const ExperimentInfo& info : experiment_catalog())
            QVERIFY2(experiments.contains(info.name), info.name.c_str());
        const DeviceRates rates =
            gpu ? DeviceRates{"gpu", 4e13, 3e12, 5e-6, 1.4e11, true} : DeviceRates{};
        const auto plan = make_plan(*spec, rates);
        QVERIFY2(plan, plan ? "" : plan.error().message.c_str());
        QVERIFY(spec->measurement.time_budget_minutes <= minutes);
        QVERIFY2(plan->predicted_seconds <= 60 * minutes,
                 format_duration(plan->predicted_seconds).c_str());
        QVERIFY2(plan->beyond_budget == 0, "points are predicted to stay open");
        // Cheap ones first: most curves have points in the first quarter of the time.
        double seconds = 0;
        std::set<std::string> early;
        for (const Point& point : plan->points) {
            seconds += point.prediction.seconds;
            if (seconds > plan->predicted_seconds / 4) break;
            early.insert(point.experiment + ' ' + point.variant);
        }
        QVERIFY2(early.size() >= 20, qPrintable(QString::number(early.size())));
    }
};

QTEST_APPLESS_MAIN(PresetsTest)
#include "presets_test.moc"

// resources/anchors: every file is read, and reads as what it says.
#include "exports/published.h"

#include <QDir>
#include <QtTest>

#include "engine/core/metric.h"

using namespace slay;

class PublishedTest : public QObject {
    Q_OBJECT
  private slots:
    void every_file_is_compiled_in() {
        const QStringList files = QDir(QStringLiteral(SLAY_SOURCE_DIR "/resources/anchors"))
                                      .entryList({"*.json"}, QDir::Files, QDir::Name);
        QVERIFY(files.size() >= 5);
        QCOMPARE(published_data().size(), static_cast<std::size_t>(files.size()));
        for (const QString& file : files) {
            const PublishedData* data = find_published(file.chopped(5).toStdString());
            QVERIFY2(data, qPrintable(file));
            QVERIFY2(!data->points.empty(), qPrintable(file));
            QVERIFY2(!data->source.empty() || file.startsWith("peer"), qPrintable(file));
            QVERIFY(data->label != data->id);
        }
    }
    void metrics_have_this_programs_names() {
        for (const char* id : {"paper-a100-scaling", "reference-h200-scaling"})
            for (const PublishedPoint& point : find_published(id)->points)
                QVERIFY2(find_metric(point.metric), point.metric.c_str());
    }
    void reads_numbers_and_conditions() {
        const PublishedData& data = *find_published("reference-h200-scaling");
        int found = 0;
        for (const PublishedPoint& point : data.points) {
            if (point.metric != "latency_ms" || point.parameters.integer("length") != 32768 ||
                point.parameters.text("pass") != "forward")
                continue;
            if (point.label == "yat-performer-anchor") {
                QCOMPARE(point.value, 260.9726);
                ++found;
            }
            if (point.label == "sdpa-bf16-cudnn") {
                QCOMPARE(point.value, 2.5044);
                QCOMPARE(point.variant, std::string("standard-fused"));
                QCOMPARE(point.parameters.text("dtype"), std::string("bfloat16"));
                QCOMPARE(point.parameters.text("backend"), std::string("cudnn"));
                ++found;
            }
        }
        QCOMPARE(found, 2);
        QCOMPARE(data.conditions.integer("width"), 256);
    }
    void says_what_is_wrong_with_a_file() {
        for (const char* text :
             {"", "{", "[1]", R"({"rows": 3})", R"({"curves": {"a": {"b": {"x": 1}}}})"}) {
            const auto data = parse_published(text, "mine");
            QVERIFY2(!data, text);
            QVERIFY(data.error().message.find("mine") == 0);
        }
    }
};

QTEST_GUILESS_MAIN(PublishedTest)
#include "published_test.moc"

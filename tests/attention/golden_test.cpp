// The golden files of the published code, and files that are not what they should be.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "engine/attention/verify.h"
#include "engine/core/variant_info.h"

using namespace slay;

namespace {

std::string golden(const char* name) {
    return std::string(SLAY_SOURCE_DIR "/tests/data/golden/") + name;
}

}  // namespace

class GoldenTest : public QObject {
    Q_OBJECT

  private slots:
    void matches_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("a") << "golden-a.json";
        QTest::newRow("b") << "golden-b.json";
    }
    void matches() {
        QFETCH(QString, file);
        const auto lines = verify_golden(golden(qPrintable(file)), "cpu");
        QVERIFY2(lines.ok(), lines.ok() ? "" : lines.error().message.c_str());
        // Every variant: output and three gradients.
        QCOMPARE(lines->size(), variant_catalog().size() * 4);
        for (const VerifyLine& line : *lines) {
            qInfo("%-22s %-8s %.2e  %s", line.variant.c_str(), line.subject.c_str(),
                  line.relative_error, line.note.c_str());
            QCOMPARE(line.bound, 1e-4);
            QVERIFY2(line.passed, (line.variant + " " + line.subject).c_str());
        }
    }

    void a_wrong_output_fails() {
        QByteArray text = read("golden-a.json");
        // The second number of linear's output.
        const auto start =
            text.indexOf("\"data\"", text.indexOf("\"output\"", text.indexOf("\"linear\"")));
        const auto first = text.indexOf(',', start) + 1;
        text.replace(first, text.indexOf(',', first) - first, " 7.5");
        const auto lines = verify_golden(write(text), "cpu");
        QVERIFY2(lines.ok(), lines.ok() ? "" : lines.error().message.c_str());
        int missed = 0;
        for (const VerifyLine& line : *lines)
            if (!line.passed) {
                ++missed;
                QCOMPARE(line.variant, std::string("linear"));
                QCOMPARE(line.subject, std::string("output"));
            }
        QCOMPARE(missed, 1);
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        const QByteArray whole = read("golden-a.json");
        const auto changed = [&](const char* from, const char* to) {
            QByteArray text = whole;
            const QByteArray pattern(from);
            const auto at = text.indexOf(pattern);
            return at < 0 ? QByteArray() : text.replace(at, pattern.size(), to);
        };
        QTest::newRow("empty") << QByteArray() << "not JSON";
        QTest::newRow("torn") << whole.left(whole.size() / 2) << "not JSON";
        QTest::newRow("list") << QByteArray("[]") << "/: expected an object";
        QTest::newRow("deep") << QByteArray(100000, '[') << "deeper";
        QTest::newRow("no length") << changed("\"length\"", "\"len\"") << "\"length\" is missing";
        QTest::newRow("negative") << changed("\"batch\": 2", "\"batch\": -2") << "/batch: -2";
        QTest::newRow("huge") << changed("\"length\": 37", "\"length\": 37000000") << "/length";
        QTest::newRow("other shape") << changed("\"length\": 37", "\"length\": 38") << "/q/shape";
        QTest::newRow("odd d") << changed("\"head_dim\": 8", "\"head_dim\": 6") << "/head_dim";
        QTest::newRow("null epsilon")
            << changed("\"epsilon\": 1e-06", "\"epsilon\": null") << "/epsilon";
        QTest::newRow("causal") << changed("\"causal\": true", "\"causal\": 1") << "/causal";
        QTest::newRow("unknown variant")
            << changed("\"performer\": {", "\"perform~er/\": {") << "no attention variant";
        QTest::newRow("missing buffer")
            << changed("\"anchor_vectors\"", "\"anchors\"") << "anchor_vectors";
        QTest::newRow("not UTF-8") << changed("golden-a", "golden-\xff") << "not UTF-8";
        QTest::newRow("twice") << changed("\"causal\": true", "\"causal\": true, \"causal\": false")
                               << "/causal: the key comes twice";
    }
    void refuses() {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        const auto lines = verify_golden(write(text), "cpu");
        QVERIFY(!lines.ok());
        QVERIFY2(QString::fromStdString(lines.error().message).contains(expected),
                 lines.error().message.c_str());
        QVERIFY(QString::fromStdString(lines.error().message).contains("case.json"));
    }

    void refuses_what_is_no_file() {
        QCOMPARE(verify_golden("/no/such/file.json", "cpu").error().kind, ErrorKind::no_input);
        QCOMPARE(verify_golden("/dev/zero", "cpu").error().kind, ErrorKind::no_input);
        QCOMPARE(verify_golden(folder_.path().toStdString(), "cpu").error().kind,
                 ErrorKind::no_input);
    }

    void refuses_devices() {
        QCOMPARE(verify_golden(golden("golden-a.json"), "tpu").error().kind, ErrorKind::usage);
        QCOMPARE(verify_golden(golden("golden-a.json"), "cuda:99").error().kind,
                 ErrorKind::no_device);
    }

    void stops() {
        std::stop_source source;
        source.request_stop();
        const auto lines =
            verify_golden(golden("golden-a.json"), "cpu", {}, {}, source.get_token());
        QCOMPARE(lines.error().kind, ErrorKind::cancelled);
    }

  private:
    static QByteArray read(const char* name) {
        QFile file(QString::fromStdString(golden(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::string write(const QByteArray& text) {
        QFile file(folder_.filePath("case.json"));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write the case");
        return file.fileName().toStdString();
    }

    QTemporaryDir folder_;
};

QTEST_APPLESS_MAIN(GoldenTest)
#include "golden_test.moc"

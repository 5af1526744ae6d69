// The same comparisons on a CUDA device.
#include <QTest>

#include "engine/attention/verify.h"

using namespace slay;

class CudaTest : public QObject {
    Q_OBJECT

  private slots:
    void golden_files() {
        for (const char* name : {"golden-a.json", "golden-b.json"})
            check(verify_golden(std::string(SLAY_SOURCE_DIR "/tests/data/golden/") + name, "cuda"));
    }

    void conformance_grid() { check(verify_conformance("cuda")); }

  private:
    static void check(const Result<std::vector<VerifyLine>>& lines) {
        QVERIFY2(lines.ok(), lines.ok() ? "" : lines.error().message.c_str());
        QVERIFY(!lines->empty());
        for (const VerifyLine& line : *lines)
            QVERIFY2(line.passed,
                     (line.variant + " " + line.subject + " at " + line.where).c_str());
    }
};

QTEST_APPLESS_MAIN(CudaTest)
#include "cuda_test.moc"

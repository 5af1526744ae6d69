// The same comparisons on a CUDA device.
#include <QTest>
#include <algorithm>

#include "engine/attention/verify.h"

using namespace slay;

class CudaTest : public QObject {
    Q_OBJECT

  private slots:
    void golden_files() {
        for (const char* name : {"golden-a.json", "golden-b.json"})
            check(verify_golden(std::string(SLAY_SOURCE_DIR "/tests/data/golden/") + name, "cuda"));
    }

    void conformance_grid() {
        ConformanceGrid grid;
        grid.shapes = kernel_shapes();
        check(verify_conformance("cuda", grid));
    }

    // Lengths at which the fused kernels keep states, forward and backward.
    void fused_states() {
        ConformanceGrid grid;
        grid.lengths = {1100};
        grid.head_dims = {16, 32, 64};
        grid.types = {DataType::bfloat16, DataType::float32};
        grid.variants = {"performer",     "linear",
                         "cosformer",     "yat-performer-anchor",
                         "yat-performer", "yat-performer-laplace"};
        grid.batch = 1;
        grid.heads = 2;
        const auto lines = verify_conformance("cuda", grid);
        check(lines);
        for (const std::string& variant : grid.variants) {
            const auto fused = [&](const VerifyLine& line) {
                return line.variant == variant && line.subject == "gradient" &&
                       line.note.find("fused") != std::string::npos;
            };
            QVERIFY2(std::any_of(lines->begin(), lines->end(), fused), variant.c_str());
        }
    }

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

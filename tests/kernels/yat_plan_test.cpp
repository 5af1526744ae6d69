// How passes of exact Yat are cut up; needs no device.
#include <QTest>

#include "engine/kernels/yat_sizes.h"

using namespace slay::kernels;

class YatPlanTest : public QObject {
    Q_OBJECT

  private slots:
    // Every range has rows: one without would leave its part of scratch memory unwritten.
    void no_range_is_empty() {
        for (const std::int64_t length : {1, 127, 128, 129, 777, 4096, 32768, 70001})
            for (const std::int64_t wanted : {0, 1, 2, 3, 5, 7, 32})
                for (const bool causal : {true, false}) {
                    const YatShape shape{2, 3, length, 32, causal, YatType::bfloat16};
                    const YatPlan forward = plan_yat_forward(shape, 132, wanted);
                    const YatPlan backward = plan_yat_backward(shape, 132, wanted);
                    for (const std::int64_t ranges :
                         {forward.splits, backward.splits, backward.key_splits}) {
                        QVERIFY(ranges >= 1);
                        QVERIFY((ranges - 1) * yat_chunk(length, ranges) < length);
                        QVERIFY(ranges * yat_chunk(length, ranges) >= length);
                    }
                }
    }

    // A short sequence is cut until the chip is busy, a long one not at all.
    void ranges_follow_the_length() {
        const auto splits = [](std::int64_t length) {
            return plan_yat_forward({1, 8, length, 32, true, YatType::bfloat16}, 132).splits;
        };
        QCOMPARE(splits(128), 1);
        QVERIFY(splits(2048) > 1);
        QCOMPARE(splits(131072), 1);
    }

    // Linear in L: twice the length takes no more than twice the scratch memory.
    void scratch_is_linear() {
        for (const YatType type : {YatType::bfloat16, YatType::float16, YatType::float32}) {
            const auto bytes = [&](std::int64_t length) {
                return plan_yat_backward({1, 8, length, 64, true, type}, 132, 1).scratch_bytes;
            };
            QVERIFY(bytes(1 << 20) <= 2 * bytes(1 << 19));
            QVERIFY(bytes(1 << 24) <= 32 * bytes(1 << 19));
        }
    }

    // What one block asks for fits into an H100's 227 KB, also where sums are kept in shared
    // memory.
    void shared_memory_fits() {
        for (const YatType type : {YatType::bfloat16, YatType::float16, YatType::float32})
            for (const int d : {8, 32, 64, 96, 128}) {
                const YatShape shape{1, 1, 1 << 24, d, true, type};
                QVERIFY(exact_yat_shared_bytes(shape) <= 227 * 1024);
            }
    }

    void what_is_not_covered() {
        YatShape shape{1, 8, 128, 64, true, YatType::float32};
        QVERIFY(exact_yat_unsupported(shape, 1e-6).empty());
        QVERIFY(!exact_yat_unsupported(shape, 1e-12).empty());
        shape.head_dim = 136;
        QVERIFY(!exact_yat_unsupported(shape, 1e-6).empty());
        shape.head_dim = 20;
        QVERIFY(!exact_yat_unsupported(shape, 1e-6).empty());
        shape = {1024, 64, 128, 64, true, YatType::float32};
        QVERIFY(!exact_yat_unsupported(shape, 1e-6).empty());
    }
};

QTEST_APPLESS_MAIN(YatPlanTest)
#include "yat_plan_test.moc"

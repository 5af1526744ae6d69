// What `list variants` says of the kernels: found by probing, so held here to facts of their own.
#include "engine/attention/kernel_coverage.h"

#include <QtTest>
#include <algorithm>

#include "engine/core/variant_info.h"

using namespace slay;

class KernelCoverageTest : public QObject {
    Q_OBJECT

    std::vector<KernelCoverage> rows_ = kernel_coverage();

    const KernelCoverage* row(const std::string& variant, DataType type, bool gradient) const {
        for (const KernelCoverage& each : rows_)
            if (each.variant == variant && each.gradient == gradient &&
                std::find(each.types.begin(), each.types.end(), type) != each.types.end())
                return &each;
        return nullptr;
    }

  private slots:
    void every_variant_pass_and_type_is_answered_once() {
        for (const VariantInfo& variant : variant_catalog())
            for (const bool gradient : {false, true})
                for (const DataType type :
                     {DataType::bfloat16, DataType::float16, DataType::float32}) {
                    const auto answers =
                        std::count_if(rows_.begin(), rows_.end(), [&](const KernelCoverage& each) {
                            return each.variant == variant.name && each.gradient == gradient &&
                                   std::count(each.types.begin(), each.types.end(), type) > 0;
                        });
                    QCOMPARE(answers, 1);
                }
    }

    void what_is_not_covered_says_why() {
        for (const KernelCoverage& each : rows_) {
            QCOMPARE(each.head_dims.empty(), !each.refusal.empty());
            QVERIFY(!describe(each).empty());
        }
        QVERIFY(!row("standard-fused", DataType::bfloat16, false)->refusal.empty());
    }

    // Only a build with CUDA has kernels.
    void kernels_cover_what_their_notes_say() {
        const KernelCoverage* anchor = row("yat-performer-anchor", DataType::bfloat16, false);
        if (anchor->head_dims.empty()) {
            QVERIFY2(anchor->refusal.find("built without") != std::string::npos,
                     anchor->refusal.c_str());
            return;
        }
        QCOMPARE(anchor->head_dims, (std::vector<int>{16, 32, 64, 128}));
        QCOMPARE(anchor->most_poly, std::int64_t{64});
        QCOMPARE(anchor->most_features.size(), std::size_t{4});
        QVERIFY(anchor->most_features.at(32) >= 128);
        QCOMPARE(anchor->least_length, std::int64_t{1});
        QVERIFY(anchor->causal && anchor->bidirectional);
        // Two terms take more shared memory.
        const KernelCoverage* precise = row("yat-performer-anchor", DataType::float32, false);
        QVERIFY(precise->most_features.at(128) < anchor->most_features.at(128));

        QCOMPARE(row("yat-performer-anchor", DataType::bfloat16, true)->least_length,
                 std::int64_t{16});
        for (const char* signed_map :
             {"yat-performer-rm", "yat-performer-tensor", "yat-performer-nystrom"}) {
            QVERIFY(!row(signed_map, DataType::float32, false)->head_dims.empty());
            QVERIFY(row(signed_map, DataType::float32, true)->head_dims.empty());
        }
        const KernelCoverage* yat = row("yat-spherical", DataType::float32, true);
        QCOMPARE(yat->head_dims.front(), 4);
        QCOMPARE(yat->head_dims.back(), 128);
        QVERIFY(yat->most_features.empty() && yat->most_poly == 0);
    }

    void a_line_names_the_limits() {
        KernelCoverage each;
        each.head_dims = {16, 32, 64, 128};
        each.most_features = {{16, 512}, {32, 512}, {64, 512}, {128, 384}};
        each.most_poly = 64;
        each.least_length = 16;
        QCOMPARE(describe(each), std::string("d 16, 32, 64, 128; R M to 512 (d 16, 32, 64), 384 "
                                             "(d 128); P to 64; L from 16"));
        each.most_features = {{16, 128}, {32, 128}};
        each.head_dims = {8, 16, 24, 32, 40};
        each.bidirectional = false;
        QCOMPARE(describe(each), std::string("d 8 to 40 by 8; R M to 128; P to 64; L from 16; "
                                             "causal only"));
        each.head_dims.clear();
        each.refusal = "no kernel";
        QCOMPARE(describe(each), std::string("none: no kernel"));
    }
};

QTEST_GUILESS_MAIN(KernelCoverageTest)
#include "kernel_coverage_test.moc"

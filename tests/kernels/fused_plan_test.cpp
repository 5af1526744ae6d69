// How passes of the fused linear attention are cut up; needs no device.
#include <QTest>
#include <algorithm>
#include <tuple>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/fused_sizes.h"
#include "engine/kernels/warpgroup_layout.h"

using namespace slay::kernels;

namespace {

// The anchor form's map with R M = 32, or (p 0) a map of `g` exponentials of projections.
FeatureMap map_of(int d, int g, int p) {
    FeatureMap map;
    map.head_dim = d;
    map.g = p > 0 ? 32 : g;
    map.omega.assign(static_cast<std::size_t>(map.g) * d, 0.25);
    map.offset.assign(static_cast<std::size_t>(map.g), 0.0);
    if (p == 0) return map;
    map.poly = Poly::product;
    map.p = p;
    map.first.assign(static_cast<std::size_t>(p) * d, 0.5);
    return map;
}

FusedShape shape_of(std::int64_t length, int d, bool causal) {
    FusedShape shape;
    shape.heads = 8;
    shape.length = length;
    shape.head_dim = d;
    shape.causal = causal;
    return shape;
}

constexpr FusedDevice kHopper{132, 232448, true};
constexpr FusedDevice kAmpere{108, 166912, false};

}  // namespace

class FusedPlanTest : public QObject {
    Q_OBJECT

  private slots:
    // The warpgroup forms exist for known sizes on a device that has them, and for bf16 alone.
    void who_takes_warpgroup_products() {
        const auto groups = [](int d, int g, int p, const FusedDevice& device,
                               Element element = Element::bfloat16) {
            FusedShape shape = shape_of(32768, d, true);
            shape.element = element;
            return plan_fused_linear(shape, pack_features(map_of(d, g, p)), device, 32 << 20)
                .groups;
        };
        QVERIFY(groups(32, 0, 32, kHopper));
        QVERIFY(groups(32, 0, 16, kHopper));
        QVERIFY(groups(64, 0, 16, kHopper));
        QVERIFY(!groups(64, 0, 32, kHopper));  // a state of 1024 x 64 does not fit into registers
        QVERIFY(!groups(32, 0, 48, kHopper));
        QVERIFY(!groups(128, 0, 16, kHopper));
        QVERIFY(groups(32, 64, 0, kHopper));
        QVERIFY(groups(64, 128, 0, kHopper));
        QVERIFY(!groups(64, 192, 0, kHopper));
        QVERIFY(!groups(32, 0, 32, kAmpere));
        QVERIFY(!groups(32, 0, 32, kHopper, Element::float32));
    }

    // A mix of the squares is no part of what the anchor's kernels are compiled for.
    void a_mixed_map_is_not_the_anchors() {
        FeatureMap map = map_of(32, 0, 32);
        const FusedShape shape = shape_of(4096, 32, true);
        QCOMPARE(fused_sizes(shape, pack_features(map)).known, 32);
        map.cancels = true;
        QCOMPARE(fused_sizes(shape, pack_features(map)).known, 32);
        map.mix.assign(32 * 32, 0.5);
        QVERIFY(fused_sizes(shape, pack_features(map)).known <= 0);
    }

    // Whatever is asked for: segments cover the sequence, blocks have room for their keys, waves
    // for their states.
    void plans_hold_together() {
        int seen = 0;
        for (const auto& [d, g, p] : {std::tuple{32, 0, 32}, std::tuple{64, 0, 16},
                                      std::tuple{32, 32, 0}, std::tuple{64, 128, 0}}) {
            const PackedFeatures features = pack_features(map_of(d, g, p));
            for (const std::int64_t length : {1, 63, 1024, 1025, 2048, 32768, 100001, 1 << 24}) {
                for (const std::int64_t asked : {0, -1, 256, 512}) {
                    for (const bool causal : {true, false}) {
                        const FusedShape shape = shape_of(length, d, causal);
                        const FusedPlan plan =
                            plan_fused_linear(shape, features, kHopper, 1 << 20, asked);
                        if (!plan.groups) {
                            QVERIFY(asked != 0);  // only what was asked for may not fit
                            continue;
                        }
                        ++seen;
                        const bool states = plan.segment > 0;
                        QCOMPARE(plan.streams, states && causal && p == 0);
                        const std::int64_t keys = !states  ? length
                                                  : causal ? std::min(length, plan.segment)
                                                           : 0;
                        if (!plan.streams) {
                            QVERIFY(plan.key_capacity >= keys);
                            QCOMPARE(plan.key_capacity % kGroupRows, 0);
                            const GroupOutputLayout layout(d, p > 0 ? 32 : g, p, plan.key_capacity,
                                                           false, states);
                            QVERIFY(layout.total <= kHopper.shared_bytes);
                        }
                        if (!states) continue;
                        QVERIFY(asked >= 0);
                        QCOMPARE(plan.row_block, static_cast<int>(plan.segment));
                        QVERIFY(plan.segments * plan.segment >= length);
                        QVERIFY((plan.segments - 1) * plan.segment < length);
                        QVERIFY(plan.wave >= 1 && plan.wave <= plan.segments);
                        const FusedSizes sizes = fused_sizes(shape, features);
                        QVERIFY(fused_scratch(shape, sizes, plan.wave).bytes <= plan.scratch_bytes);
                        if (plan.wave > 1) QVERIFY(plan.scratch_bytes <= 1 << 20);
                    }
                }
            }
        }
        QVERIFY(seen > 100);
    }

    // A short pass is one launch; a long one has a block for every multiprocessor.
    void segments_follow_the_length() {
        const PackedFeatures features = pack_features(map_of(32, 0, 32));
        const auto plan = [&](std::int64_t length) {
            return plan_fused_linear(shape_of(length, 32, true), features, kHopper, 64 << 20);
        };
        QCOMPARE(plan(1024).segment, 0);
        QCOMPARE(plan(2048).segment, 256);
        QCOMPARE(plan(32768).segment, 512);
        QVERIFY(plan(32768).segments * 8 >= kHopper.multiprocessors);
    }

    // The blocks of the streaming form stand on the device at a time, almost all places taken.
    void streams_fill_the_device() {
        for (const auto& [d, g] :
             {std::pair{32, 32}, std::pair{32, 64}, std::pair{64, 64}, std::pair{64, 128}}) {
            const std::int64_t places = kHopper.multiprocessors * stream_blocks(d, g);
            for (const std::int64_t length : {32768, 100001, 131072, 1 << 24}) {
                const FusedPlan plan = plan_fused_linear(
                    shape_of(length, d, true), pack_features(map_of(d, g, 0)), kHopper, 64 << 20);
                QVERIFY(plan.streams);
                QCOMPARE(plan.wave, plan.segments);
                QVERIFY(plan.segments * 8 <= places);
                QVERIFY(plan.segments * 8 * 10 >= places * 9);
            }
            // One sequence for each place, and a few more than places: no round is nearly empty.
            for (const std::int64_t heads : {places, places + 8}) {
                FusedShape shape = shape_of(8192, d, true);
                shape.heads = heads;
                FeatureMap map = map_of(d, g, 0);
                map.heads = 1;
                const FusedPlan plan =
                    plan_fused_linear(shape, pack_features(map), kHopper, 1024 << 20);
                const std::int64_t blocks = plan.segments * heads;
                const std::int64_t rounds = (blocks + places - 1) / places;
                QVERIFY(rounds * places * 4 <= blocks * 5);
            }
        }
    }

    // Waves are whole rounds over the multiprocessors, of the output kernel and of the state
    // kernel, whose blocks form two segments each where a wave has more than one round.
    void waves_fill_rounds() {
        const auto wave = [](int d, int p, std::int64_t length, std::size_t budget) {
            return plan_fused_linear(shape_of(length, d, true), pack_features(map_of(d, 0, p)),
                                     kHopper, budget)
                .wave;
        };
        QCOMPARE(wave(32, 32, 32768, 15 << 20), 16);
        QCOMPARE(wave(32, 32, 32768, 20 << 20), 32);
        QCOMPARE(wave(64, 16, 32768, 30 << 20), 32);
        QCOMPARE(wave(32, 32, 131072, 60 << 20), 32);
        QCOMPARE(wave(32, 32, 4096, 10 << 20), 16);
        QCOMPARE(wave(32, 32, 8192, 10 << 20), 16);
    }

    // What all of a block's shared memory adds up to, for both kernels that form states.
    void state_kernels_fit() {
        QVERIFY(GroupStateLayout(32, 32).total <= kHopper.shared_bytes);
        QVERIFY(GroupStateLayout(64, 16).total <= kHopper.shared_bytes);
        for (const int d : {32, 64})
            for (const int g : {32, 64, 128})
                QVERIFY(2 * (GroupSumLayout(d, g, false).total + 1024) <= 228 * 1024);
    }

    // The blocks that registers are shared out for have room in a multiprocessor's memory too.
    void streaming_kernels_fit() {
        for (const int d : {32, 64}) {
            for (const int g : {32, 64, 128}) {
                for (const bool identity : {true, false}) {
                    QVERIFY(stream_blocks(d, g) *
                                (GroupStreamLayout(d, g, identity).total + 1024) <=
                            228 * 1024);
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(FusedPlanTest)
#include "fused_plan_test.moc"

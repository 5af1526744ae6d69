// What the fused form covers, and how a pass is cut into segments and waves.
#include <algorithm>
#include <cmath>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/fused_sizes.h"
#include "engine/kernels/known_map.h"
#include "engine/kernels/output_layout.h"
#include "engine/kernels/state_layout.h"
#include "engine/kernels/warpgroup_layout.h"

namespace slay::kernels {
namespace {

constexpr std::int64_t kSegmentStep = 256;  // a multiple of every kernel's row block

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

int round_up(int value, int step) {
    return (value + step - 1) / step * step;
}

// known_map.h's name of a map with one factor.
int known_factor(const PackedFeatures& features) {
    if (features.normalise) {
        if (features.rotate > 0) return kOneFactor;
        if (features.factor == Factor::exponential) return kExponential;
        return features.factor == Factor::exponential_square ? kExponentialSquare : kOneFactor;
    }
    if (features.factor == Factor::elu_plus_one)
        return features.identity && features.rotate == 0 ? kElu : kOneFactor;
    if (features.factor != Factor::relu) return kOneFactor;
    if (features.rotate == 0) return kRelu;
    return features.identity ? kRotated : kOneFactor;
}

// The segment that balances the scores inside a segment, T (P + G + d) operations a position, with
// the traffic of the states, 8 F d / T bytes a position, at `operations_a_byte` of both rates. A
// second term makes it twice the bytes and three times the operations.
std::int64_t balanced_segment(const FusedSizes& sizes, const FusedShape& shape) {
    const double operations_a_byte = sizes.terms == 1 ? 64 : 64 * 2 / 3.0;
    const double state = static_cast<double>(sizes.elements);
    const double pair = sizes.p_padded + sizes.g_padded + shape.head_dim;
    const double segment = std::sqrt(8 * state * operations_a_byte / pair);
    const auto steps = static_cast<std::int64_t>(segment / kSegmentStep + 0.5);
    return std::max<std::int64_t>(steps, 1) * kSegmentStep;
}

// Blocks of state_kernel.cuh's grid to a segment.
std::int64_t state_blocks_per_segment(const FusedSizes& sizes, int head_dim) {
    return divide_up(sizes.units, units_per_state_block(head_dim, sizes.p_units > 1));
}

// The output kernel's streamed form at its widest that the device has room for; nothing if there
// is none.
struct StreamedForm {
    int row_block = 0;
    int buffers = 0;
};

StreamedForm streamed_form(const FusedShape& shape, const FusedSizes& sizes,
                           const FusedDevice& device, bool narrow) {
    constexpr StreamedForm forms[] = {{128, 2}, {64, 2}, {128, 1}, {64, 1}};
    for (const StreamedForm& form : forms) {
        if (narrow && form.row_block > 64) continue;
        const OutputLayout layout(form.row_block, sizes.g_padded, sizes.p_units, sizes.p_padded,
                                  shape.head_dim, sizes.terms, form.buffers, true, true);
        if (layout.total <= device.shared_bytes) return form;
    }
    return {};
}

bool states_fit(const FusedShape& shape, const FusedSizes& sizes, const FusedDevice& device) {
    const bool tensor = sizes.p_units > 1;
    const int count = units_per_state_block(shape.head_dim, tensor);
    const int tokens = state_tile(shape.head_dim, sizes.terms, tensor);
    for (int group = 0; group * count < sizes.units; ++group) {
        const UnitSpan span = unit_span(sizes.units, sizes.p_units, count, group);
        const StateLayout layout(tokens, span.block_count, span.p_count, shape.head_dim,
                                 sizes.terms, tensor);
        if (layout.total > device.shared_bytes) return false;
    }
    return true;
}

// Whether the kernels with warpgroup products are compiled for a map.
bool has_group_form(const FusedShape& shape, const FusedSizes& sizes,
                    const PackedFeatures& features, const FusedDevice& device) {
    const int d = shape.head_dim;
    if (!device.warpgroups || sizes.terms != 1 || (d != 32 && d != 64)) return false;
    if (features.has_poly) return sizes.known > 0 && sizes.known * d <= 1024;
    if (features.rotate % kBlock != 0) return false;
    return sizes.g_padded == 32 || sizes.g_padded == 64 || sizes.g_padded == 128;
}

// The segment of the streaming form, whose blocks all fit on the device at a time where there are
// few sequences: the number of segments that takes the fewest tiles one after the other.
std::int64_t streamed_segment(std::int64_t length, std::int64_t rows, std::int64_t places) {
    const auto segment_of = [&](std::int64_t count) {
        return divide_up(divide_up(length, count), kGroupRows) * kGroupRows;
    };
    const auto cost = [&](std::int64_t count) {
        const std::int64_t segment = segment_of(count);
        return divide_up(rows * divide_up(length, segment), places) * (segment + kGroupRows);
    };
    std::int64_t best = 1;
    for (std::int64_t count = 2; count <= std::max<std::int64_t>(places / rows, 8); ++count) {
        if (cost(count) < cost(best)) best = count;
    }
    return segment_of(best);
}

// Plans with warpgroup products: quadratic where one block has room for the keys and a whole pass
// is short, otherwise with segments. False where `segment` (as in plan_fused_linear) does not fit.
bool plan_groups(const FusedShape& shape, const PackedFeatures& features, const FusedSizes& sizes,
                 const FusedDevice& device, std::int64_t segment, FusedPlan& plan) {
    constexpr int kShortest = 1024;       // positions from which on segments are faster
    constexpr int kReservedBytes = 1024;  // of shared memory, by each block
    const int p = features.has_poly ? sizes.p_units : 0;
    const bool identity = takes_elements(sizes.known);
    const auto bytes = [&](std::int64_t keys, bool states) {
        return GroupOutputLayout(shape.head_dim, sizes.g_padded, p, static_cast<int>(keys),
                                 identity, states)
            .total;
    };
    const std::int64_t padded = divide_up(shape.length, kGroupRows) * kGroupRows;
    const bool quadratic = padded <= 4096 && bytes(padded, false) <= device.shared_bytes;
    if (segment < 0 && !quadratic) return false;
    if (segment < 0 || (segment == 0 && quadratic && shape.length <= kShortest)) {
        plan.groups = true;
        plan.row_block = output_groups(p) * kGroupRows;
        plan.key_capacity = static_cast<int>(padded);
        return true;
    }
    if (p == 0 && shape.causal) {
        const int blocks = stream_blocks(shape.head_dim, sizes.g_padded);
        const GroupStreamLayout layout(shape.head_dim, sizes.g_padded, identity);
        if (blocks * (layout.total + kReservedBytes) > device.shared_bytes + kReservedBytes)
            return false;
        if (segment == 0) {
            segment = streamed_segment(shape.length, shape.batch * shape.heads,
                                       static_cast<std::int64_t>(blocks) * device.multiprocessors);
        }
        if (segment % kGroupRows != 0) return false;
        plan.groups = plan.streams = true;
        plan.segment = segment;
        plan.row_block = static_cast<int>(segment);
        return true;
    }
    const std::int64_t step = p > 0 ? kStateRows : kGroupRows;
    const std::int64_t rows = shape.batch * shape.heads;
    // Blocks of one factor share a multiprocessor.
    const int together = output_blocks(shape.head_dim, sizes.g_padded, p);
    const auto fits = [&](std::int64_t keys) {
        return together * (bytes(shape.causal ? keys : 0, true) + kReservedBytes) <=
               device.shared_bytes + kReservedBytes;
    };
    if (segment == 0) {
        // Enough segments for every multiprocessor; no more rows than there is room for.
        const std::int64_t wanted = divide_up(together * device.multiprocessors, rows);
        const std::int64_t least = p > 0 ? kStateRows : output_groups(0) * kGroupRows;
        const std::int64_t filling = divide_up(divide_up(shape.length, wanted), least) * least;
        segment = shape.causal ? std::min<std::int64_t>(filling, 512) : filling;
        while (segment > step && !fits(segment)) segment -= step;
    }
    if (segment % step != 0 || !fits(segment)) return false;
    plan.groups = true;
    plan.segment = segment;
    plan.row_block = static_cast<int>(segment);
    plan.key_capacity = shape.causal ? static_cast<int>(segment) : 0;
    return true;
}

// The segments of a wave, `capacity` at most, that take the fewest rounds of blocks over the
// multiprocessors; a wave of its own costs about an eighth of one.
std::int64_t cheapest_wave(std::int64_t segments, std::int64_t capacity, std::int64_t blocks,
                           std::int64_t processors) {
    // Of the output kernel, whose blocks have a segment each, and of the state kernel, whose blocks
    // form as many one after the other as let them start together.
    const auto rounds = [&](std::int64_t wave) {
        const std::int64_t each = divide_up(wave * blocks, processors);
        return each + each * divide_up(divide_up(wave, each) * blocks, processors);
    };
    const auto cost = [&](std::int64_t wave) {
        const std::int64_t whole = segments / wave, rest = segments % wave;
        return whole * (8 * rounds(wave) + 1) + (rest > 0 ? 8 * rounds(rest) + 1 : 0);
    };
    std::int64_t best = capacity;
    for (std::int64_t wave = capacity - 1; wave > 0; --wave) {
        if (cost(wave) < cost(best)) best = wave;
    }
    return best;
}

}  // namespace

int fused_terms(const FusedShape& shape, const PackedFeatures& features) {
    return shape.element == Element::bfloat16 && !features.cancels ? 1 : 2;
}

FusedSizes fused_sizes(const FusedShape& shape, const PackedFeatures& features) {
    FusedSizes sizes;
    sizes.g_padded = round_up(features.g, 32);
    sizes.p_units = features.has_poly ? round_up(features.p, 8) : 1;
    sizes.p_padded = round_up(features.p, 16);
    sizes.units = sizes.g_padded / 32 * sizes.p_units;
    sizes.elements = static_cast<std::int64_t>(sizes.units) * 32 * shape.head_dim +
                     sizes.g_padded * normaliser_rows(sizes.p_units);
    sizes.terms = fused_terms(shape, features);
    const bool known = features.factor == Factor::exponential && features.normalise &&
                       features.has_poly && features.products == 0 && features.mix_at == 0 &&
                       sizes.g_padded == 32 && sizes.p_units == sizes.p_padded &&
                       sizes.p_units <= 32 && (shape.head_dim == 32 || shape.head_dim == 64);
    if (known) sizes.known = sizes.p_units;
    if (!features.has_poly && shape.head_dim >= 32) sizes.known = known_factor(features);
    return sizes;
}

FusedScratch fused_scratch(const FusedShape& shape, const FusedSizes& sizes, std::int64_t wave) {
    const auto align = [](std::size_t bytes) { return (bytes + 255) / 256 * 256; };
    const auto rows = static_cast<std::size_t>(shape.batch * shape.heads);
    const auto elements = static_cast<std::size_t>(sizes.elements);
    const auto slots = static_cast<std::size_t>(wave);
    FusedScratch scratch;
    scratch.carry_at = align(rows * slots * elements * 2 * static_cast<std::size_t>(sizes.terms));
    scratch.bytes = scratch.carry_at + align(rows * elements * 4);
    return scratch;
}

std::string fused_linear_unsupported(const FusedShape& shape, const PackedFeatures& features,
                                     const FusedDevice& device) {
    const int d = shape.head_dim;
    if (d != 16 && d != 32 && d != 64 && d != 128) return "head dimension is not 16, 32, 64 or 128";
    if (features.head_dim != d) return "feature map made for another head dimension";
    if (features.g < 1 || features.g > 512) return "R M is not in 1..512";
    if (features.p < 1 || features.p > 64) return "P is not in 1..64";
    if (shape.length < 1) return "empty sequence";
    if (shape.batch * shape.heads > 65535) return "B H is above 65535";
    if (features.heads != 1 && features.heads != shape.heads)
        return "feature map made for other heads";
    const FusedSizes sizes = fused_sizes(shape, features);
    if (streamed_form(shape, sizes, device, false).row_block == 0 ||
        !states_fit(shape, sizes, device))
        return "the features of a tile need more shared memory than a block may have";
    return {};
}

FusedPlan plan_fused_linear(const FusedShape& shape, const PackedFeatures& features,
                            const FusedDevice& device, std::size_t scratch_budget,
                            std::int64_t segment) {
    FusedPlan plan;
    const FusedSizes sizes = fused_sizes(shape, features);
    const std::int64_t rows = shape.batch * shape.heads;
    const int processors = device.multiprocessors;
    // Blocks of fewer rows where wide ones would leave multiprocessors idle; with two terms those
    // are slower even so.
    const int wide_rows = shape.head_dim == 32 ? 256 : 128;
    plan.wide =
        sizes.known > 0 &&
        (sizes.terms > 1 || 2 * rows * divide_up(shape.length, wide_rows) >= 3 * processors);
    const bool narrow = rows * divide_up(shape.length, 128) < processors;
    const StreamedForm form = streamed_form(shape, sizes, device, narrow);
    plan.row_block = form.row_block;
    plan.buffers = plan.wide ? 2 : form.buffers;

    if (has_group_form(shape, sizes, features, device) &&
        plan_groups(shape, features, sizes, device, segment, plan)) {
        segment = plan.segment > 0 ? plan.segment : -1;
    }

    // Operations a position: with states 4 F d, in the quadratic form (P + G + d) L (twice that
    // where nothing is masked).
    const double pair = sizes.p_padded + sizes.g_padded + shape.head_dim;
    // The operands of a pair cost more where they have two terms: half the length, as measured.
    const double crossover =
        4.0 * static_cast<double>(sizes.elements) / pair / (shape.causal ? 1 : 2) / sizes.terms;
    if (segment == 0) {
        if (static_cast<double>(shape.length) <= std::max(crossover, 256.0)) return plan;
        segment = balanced_segment(sizes, shape);
        // Enough segments for every multiprocessor; a bidirectional pass needs no more than that.
        const std::int64_t wanted = divide_up(2 * processors, rows);
        const std::int64_t filling =
            divide_up(divide_up(shape.length, wanted), kSegmentStep) * kSegmentStep;
        segment = shape.causal ? std::min(segment, filling) : filling;
    }
    if (segment < 0) return plan;
    plan.segment = segment;
    plan.segments = divide_up(shape.length, segment);
    const std::size_t base = fused_scratch(shape, sizes, 0).bytes;
    const std::size_t each = fused_scratch(shape, sizes, 1).bytes - base;
    const std::size_t room = scratch_budget > base ? (scratch_budget - base) / each : 0;
    auto capacity = static_cast<std::int64_t>(std::max<std::size_t>(room, 1));
    const std::int64_t blocks =
        rows * (plan.groups ? 1 : state_blocks_per_segment(sizes, shape.head_dim));
    if (plan.groups && features.has_poly) {
        // States that stay in the L2 cache between the kernels.
        constexpr std::size_t kCached = std::size_t{20} << 20;
        const auto cached = static_cast<std::int64_t>(kCached / each);
        capacity = std::max<std::int64_t>(1, std::min({capacity, cached, plan.segments}));
        plan.wave = cheapest_wave(plan.segments, capacity, blocks, processors);
    } else {
        // A wave of several is a whole number of rounds over the multiprocessors, or just under
        // it.
        if (capacity < plan.segments && capacity * blocks > processors) {
            capacity = capacity * blocks / processors * processors / blocks;
        }
        // Waves of even size.
        plan.wave =
            divide_up(plan.segments, divide_up(plan.segments, std::min(capacity, plan.segments)));
    }
    if (plan.streams && plan.wave < plan.segments) {
        // A wave is a whole number of row blocks.
        const std::int64_t run = plan.row_block / plan.segment;
        if (plan.wave < run) {
            plan.row_block = static_cast<int>(plan.segment);
        } else {
            plan.wave -= plan.wave % run;
        }
    }
    plan.block_segments = static_cast<int>(divide_up(plan.wave * blocks, processors));
    plan.scratch_bytes = fused_scratch(shape, sizes, plan.wave).bytes;
    return plan;
}

}  // namespace slay::kernels

// A feature map as tensor-core fragments: every weight as a sum of two bf16 terms.
#include <bit>
#include <cmath>
#include <limits>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/fused_sizes.h"

namespace slay::kernels {
namespace {

std::uint32_t nearest_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

float from_bf16(std::uint32_t value) {
    return std::bit_cast<float>(value << 16);
}

// Weights [rows, d] -> for each eight rows fragments [d / 16][32 lanes][4 words], both registers of
// a b fragment in the first term, then in the second; then [d / 16][32 lanes][2 words] in the
// third.
void append_fragments(std::vector<std::uint32_t>& words, const double* weights, int rows,
                      int padded, int d, double scale) {
    const auto term_of = [&](int row, int k, int term) -> std::uint32_t {
        if (row >= rows) return 0;
        double rest = weights[static_cast<std::size_t>(row) * d + k] * scale;
        for (int t = 0; t < term; ++t) rest -= from_bf16(nearest_bf16(static_cast<float>(rest)));
        return nearest_bf16(static_cast<float>(rest));
    };
    const auto append = [&](int n, int step, int lane, int half, int term) {
        const int row = n * 8 + lane / 4, k = step * 16 + half * 8 + lane % 4 * 2;
        words.push_back(term_of(row, k, term) | term_of(row, k + 1, term) << 16);
    };
    for (int n = 0; n < padded / 8; ++n) {
        for (int i = 0; i < d / 16 * 32; ++i) {
            for (int word = 0; word < 4; ++word) append(n, i / 32, i % 32, word & 1, word / 2);
        }
        for (int i = 0; i < d / 16 * 32; ++i) {
            for (int half = 0; half < 2; ++half) append(n, i / 32, i % 32, half, 2);
        }
    }
}

bool is_identity(const FeatureMap& map) {
    if (map.heads != 1 || map.g != map.head_dim) return false;
    for (std::size_t i = 0; i < map.omega.size(); ++i) {
        if (map.omega[i] != (i % (map.head_dim + 1) == 0 ? 1.0 : 0.0)) return false;
    }
    return true;
}

void pad_to_16_bytes(std::vector<std::uint32_t>& words) {
    while (words.size() % 4 != 0) words.push_back(0);
}

}  // namespace

PackedFeatures describe_features(const FeatureMap& map) {
    PackedFeatures packed;
    packed.factor = map.factor;
    packed.has_poly = map.poly == Poly::product;
    packed.normalise = map.normalise;
    packed.cancels = map.cancels;
    packed.heads = map.heads;
    packed.head_dim = map.head_dim;
    packed.g = map.g;
    packed.p = packed.has_poly ? map.p : 1;
    packed.identity = is_identity(map);
    if (map.poly == Poly::cos_sin) {
        // Each g comes with cos, then each with sin.
        packed.rotate = map.g;
        packed.g = 2 * map.g;
    }
    if (packed.has_poly) packed.products = !map.third.empty() ? 2 : !map.second.empty() ? 1 : 0;
    return packed;
}

PackedFeatures pack_features(const FeatureMap& map) {
    PackedFeatures packed = describe_features(map);
    std::vector<double> twice;
    const std::vector<double>* omega = &map.omega;
    if (map.poly == Poly::cos_sin) {
        const std::size_t count = static_cast<std::size_t>(map.g) * map.head_dim;
        for (int head = 0; head < map.heads; ++head) {
            const auto first = map.omega.begin() + static_cast<std::ptrdiff_t>(head * count);
            for (int half = 0; half < 2; ++half)
                twice.insert(twice.end(), first, first + static_cast<std::ptrdiff_t>(count));
        }
        omega = &twice;
    }
    const FusedSizes sizes = fused_sizes({.head_dim = map.head_dim}, packed);

    // Exponentials are taken to base 2: z is scaled by log2(e).
    const bool exponential =
        map.factor == Factor::exponential || map.factor == Factor::exponential_square;
    const bool padded_by_offset = exponential || map.factor == Factor::elu_plus_one;
    const double log2e = std::log2(std::exp(1.0));
    for (int head = 0; head < map.heads; ++head) {
        append_fragments(packed.words,
                         omega->data() + static_cast<std::size_t>(head) * packed.g * map.head_dim,
                         packed.g, sizes.g_padded, map.head_dim, exponential ? log2e : 1.0);
    }
    packed.offset_at = packed.words.size() * 4;
    const double squared = map.factor == Factor::exponential_square ? -2 * std::log2(log2e) : 0.0;
    for (int m = 0; m < sizes.g_padded; ++m) {
        const double given = m < static_cast<int>(map.offset.size()) ? map.offset[m] : 0.0;
        const double offset = m < packed.g       ? (exponential ? given * log2e + squared : 0.0)
                              : padded_by_offset ? -std::numeric_limits<double>::infinity()
                                                 : 0.0;
        packed.words.push_back(std::bit_cast<std::uint32_t>(static_cast<float>(offset)));
    }
    pad_to_16_bytes(packed.words);
    if (!packed.has_poly) return packed;
    const std::vector<double>* parts[] = {&map.first, &map.second, &map.third, &map.fourth};
    for (int i = 0; i < 4 && !parts[i]->empty(); ++i) {
        packed.poly_at[i] = packed.words.size() * 4;
        append_fragments(packed.words, parts[i]->data(), map.p, sizes.p_padded, map.head_dim, 1.0);
    }
    if (map.mix.empty()) return packed;
    // [P, p_padded], so that whole fragments can be read.
    std::vector<double> mix(static_cast<std::size_t>(map.p) * sizes.p_padded, 0.0);
    for (int i = 0; i < map.p * map.p; ++i)
        mix[i / map.p * sizes.p_padded + i % map.p] = map.mix[i];
    packed.mix_at = packed.words.size() * 4;
    append_fragments(packed.words, mix.data(), map.p, sizes.p_padded, sizes.p_padded, 1.0);
    return packed;
}

}  // namespace slay::kernels

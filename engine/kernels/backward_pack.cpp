// A feature map as the backward kernels read it: every weight as a sum of two bf16 terms, as
// fragments of W and of its transpose.
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "engine/kernels/backward_sizes.h"

namespace slay::kernels {
namespace {

std::uint32_t nearest_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

// A matrix b(k, n) as mma's b fragments, [n / 8][k / 16][32 lanes][4 words], or with the k steps
// outside: both registers of the high terms, then of the low ones.
void append_operand(std::vector<std::uint32_t>& words, int n_size, int k_size, bool k_outside,
                    const std::function<double(int, int)>& weight) {
    const auto term = [&](int k, int n, int which) {
        const double value = weight(k, n);
        const std::uint32_t high = nearest_bf16(static_cast<float>(value));
        if (which == 0) return high;
        return nearest_bf16(static_cast<float>(value - std::bit_cast<float>(high << 16)));
    };
    const int outer = k_outside ? k_size / 16 : n_size / 8;
    const int inner = k_outside ? n_size / 8 : k_size / 16;
    for (int i = 0; i < outer * inner; ++i) {
        const int n_tile = k_outside ? i % inner : i / inner;
        const int k_tile = k_outside ? i / inner : i % inner;
        for (int lane = 0; lane < 32; ++lane) {
            const int n = n_tile * 8 + lane / 4;
            for (int word = 0; word < 4; ++word) {
                const int k = k_tile * 16 + (word & 1) * 8 + lane % 4 * 2;
                words.push_back(term(k, n, word / 2) | term(k + 1, n, word / 2) << 16);
            }
        }
    }
}

// The rows of `weights` [rows, d], padded with zeros; a turned map has them twice.
class Rows {
  public:
    Rows(const double* weights, int rows, int copies, int d, double scale)
        : weights_(weights), rows_(rows), copies_(copies), d_(d), scale_(scale) {}
    double at(int row, int e) const {
        if (row >= rows_ * copies_) return 0;
        return weights_[static_cast<std::size_t>(row % rows_) * d_ + e] * scale_;
    }
    void append(std::vector<std::uint32_t>& words, int padded) const {
        append_operand(words, padded, d_, false, [this](int k, int n) { return at(n, k); });
    }
    void append_transposed(std::vector<std::uint32_t>& words, int padded) const {
        append_operand(words, d_, padded, true, [this](int k, int n) { return at(k, n); });
    }

  private:
    const double* weights_;
    int rows_, copies_, d_;
    double scale_;
};

// The weights once more, in float32, and how near to zero a projection asks for them.
void append_exact(PackedGradients& packed, const FeatureMap& map, int padded) {
    const auto d = static_cast<std::size_t>(map.head_dim), g = static_cast<std::size_t>(map.g);
    packed.exact_at = packed.words.size() * 4;
    for (int head = 0; head < map.heads; ++head) {
        const double* weights = map.omega.data() + static_cast<std::size_t>(head) * g * d;
        for (std::size_t i = 0; i < static_cast<std::size_t>(padded) * d; ++i)
            packed.words.push_back(
                std::bit_cast<std::uint32_t>(static_cast<float>(i < g * d ? weights[i] : 0.0)));
    }
    // The largest norm of all heads serves each.
    for (std::size_t m = 0; m < g; ++m) {
        double most = 0;
        for (int head = 0; head < map.heads; ++head) {
            double squares = 0;
            for (std::size_t i = 0; i < d; ++i) {
                const double w = map.omega[(static_cast<std::size_t>(head) * g + m) * d + i];
                squares += w * w;
            }
            most = std::max(most, squares);
        }
        packed.words[packed.offset_at / 4 + m] =
            std::bit_cast<std::uint32_t>(static_cast<float>(std::ldexp(std::sqrt(most), -14)));
    }
}

}  // namespace

PackedGradients describe_gradients(const FeatureMap& map) {
    PackedGradients packed;
    packed.factor = map.factor;
    packed.normalise = map.normalise;
    packed.product = map.poly == Poly::product;
    packed.turned = map.poly == Poly::cos_sin;
    packed.known = map.third.empty() && map.mix.empty();
    packed.cancels = map.cancels;
    packed.heads = map.heads;
    packed.head_dim = map.head_dim;
    packed.g = map.g * (packed.turned ? 2 : 1);
    packed.p = packed.product ? map.p : 1;
    return packed;
}

PackedGradients pack_gradients(const FeatureMap& map) {
    PackedGradients packed = describe_gradients(map);
    const int copies = packed.turned ? 2 : 1;
    const BackwardSizes sizes = backward_sizes({.head_dim = map.head_dim}, packed);

    // Exponentials are taken to base 2: z is scaled by log2(e).
    const bool exponential =
        map.factor == Factor::exponential || map.factor == Factor::exponential_square;
    const double log2e = std::log2(std::exp(1.0));
    const auto omega_of = [&](int head) {
        return Rows(map.omega.data() + static_cast<std::size_t>(head) * map.g * map.head_dim, map.g,
                    copies, map.head_dim, exponential ? log2e : 1.0);
    };
    for (int head = 0; head < map.heads; ++head) {
        omega_of(head).append(packed.words, sizes.g_padded());
    }
    packed.omega_transposed_at = packed.words.size() * 4;
    for (int head = 0; head < map.heads; ++head) {
        omega_of(head).append_transposed(packed.words, sizes.g_padded());
    }
    packed.offset_at = packed.words.size() * 4;
    const double squared = map.factor == Factor::exponential_square ? -2 * std::log2(log2e) : 0.0;
    for (int m = 0; m < sizes.g_padded(); ++m) {
        const double offset = m < static_cast<int>(map.offset.size())
                                  ? map.offset[m] * log2e + squared
                              : exponential ? -std::numeric_limits<double>::infinity()
                                            : 0.0;
        packed.words.push_back(std::bit_cast<std::uint32_t>(static_cast<float>(offset)));
    }
    if (map.factor == Factor::relu && map.poly == Poly::none)
        append_exact(packed, map, sizes.g_padded());
    packed.first_at = packed.second_at = packed.words.size() * 4;
    packed.first_transposed_at = packed.second_transposed_at = packed.first_at;
    if (!packed.product) return packed;
    const auto add_factor = [&](const std::vector<double>& weights, std::size_t& at,
                                std::size_t& transposed_at) {
        const Rows rows(weights.data(), map.p, 1, map.head_dim, 1.0);
        at = packed.words.size() * 4;
        rows.append(packed.words, sizes.p_padded);
        transposed_at = packed.words.size() * 4;
        rows.append_transposed(packed.words, sizes.p_padded);
    };
    add_factor(map.first, packed.first_at, packed.first_transposed_at);
    packed.second_at = packed.first_at;
    packed.second_transposed_at = packed.first_transposed_at;
    if (!map.second.empty()) {
        add_factor(map.second, packed.second_at, packed.second_transposed_at);
    }
    return packed;
}

}  // namespace slay::kernels

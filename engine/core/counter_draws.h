// Draws from a stream of CounterRandom, without LibTorch: the one definition behind RandomStream,
// so that a seed gives the same random features wherever they are drawn.
//
// Normals 2i and 2i+1 are Box-Muller's cosine and sine of uniforms 2i and 2i+1, in float64.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <vector>

#include "engine/core/counter_random.h"

namespace slay {

struct NormalPair {
    double first = 0, second = 0;
};

// Two N(0, 1) from the words `index` and `index + 1` of the stream with that key.
inline NormalPair normal_pair(std::uint64_t key, std::uint64_t index) {
    const auto uniform = [&](std::uint64_t at) {
        return CounterRandom::as_uniform(CounterRandom::word_of(key, at));
    };
    const double radius = std::sqrt(-2 * std::log(uniform(index)));
    const double angle = 2 * std::numbers::pi * uniform(index + 1);
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

inline double sign_of_word(std::uint64_t word) {
    return (word >> 63) != 0 ? 1.0 : -1.0;
}

inline std::int64_t integer_of_word(std::uint64_t word, std::int64_t below) {
    return static_cast<std::int64_t>(CounterRandom::as_uniform(word) * static_cast<double>(below));
}

// Rows of `dimension` numbers to length 1; none may be zero.
inline void normalise_to_unit(std::vector<double>& rows, std::size_t dimension) {
    for (std::size_t begin = 0; begin < rows.size(); begin += dimension) {
        double square = 0;
        for (std::size_t a = 0; a < dimension; ++a) square += rows[begin + a] * rows[begin + a];
        const double scale = 1 / std::sqrt(square);
        for (std::size_t a = 0; a < dimension; ++a) rows[begin + a] *= scale;
    }
}

// Row-major lists; each call goes on where the last one ended.
class CounterDraws {
  public:
    CounterDraws(std::uint64_t seed, std::string_view name)
        : key_(CounterRandom::key_of(seed, name)) {}

    std::vector<double> normal(std::size_t count) {  // N(0, 1)
        std::vector<double> out(count);
        for (std::size_t i = 0; i < count; i += 2, next_ += 2) {
            const NormalPair pair = normal_pair(key_, next_);
            out[i] = pair.first;
            if (i + 1 < count) out[i + 1] = pair.second;
        }
        return out;
    }
    std::vector<double> signs(std::size_t count) {  // -1 or +1
        std::vector<double> out(count);
        for (double& each : out) each = sign_of_word(word());
        return out;
    }
    std::vector<std::int64_t> integers(std::size_t count, std::int64_t below) {  // 0 .. below-1
        std::vector<std::int64_t> out(count);
        for (std::int64_t& each : out) each = integer_of_word(word(), below);
        return out;
    }
    // `count` directions, uniform on the sphere, [count, dimension].
    std::vector<double> unit_vectors(std::size_t count, std::size_t dimension) {
        std::vector<double> out = normal(count * dimension);
        normalise_to_unit(out, dimension);
        return out;
    }

  private:
    std::uint64_t word() { return CounterRandom::word_of(key_, next_++); }

    std::uint64_t key_;
    std::uint64_t next_ = 0;  // index of the next unused word
};

}  // namespace slay

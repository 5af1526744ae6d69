#include "engine/attention/random_stream.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <numbers>

namespace slay {
namespace {

std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325ull;
    for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001B3ull;
    return hash;
}

double uniform(std::uint64_t word) {
    return static_cast<double>(word >> 11) * 0x1p-53 + 0x1p-54;
}

constexpr std::int64_t kGrain = 4096;

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view name)
    : key_(mix(seed + mix(fnv1a(name)))) {}

std::uint64_t RandomStream::word(std::uint64_t index) const {
    return mix(key_ + (index + 1) * 0x9E3779B97F4A7C15ull);
}

at::Tensor RandomStream::normal(at::IntArrayRef shape) {
    at::Tensor out = at::empty(shape, at::kDouble);
    double* data = out.data_ptr<double>();
    const std::int64_t count = out.numel();
    const std::int64_t pairs = (count + 1) / 2;
    const std::uint64_t first = next_;
    at::parallel_for(0, pairs, kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::uint64_t index = first + 2 * static_cast<std::uint64_t>(i);
            const double radius = std::sqrt(-2 * std::log(uniform(word(index))));
            const double angle = 2 * std::numbers::pi * uniform(word(index + 1));
            data[2 * i] = radius * std::cos(angle);
            if (2 * i + 1 < count) data[2 * i + 1] = radius * std::sin(angle);
        }
    });
    next_ += 2 * static_cast<std::uint64_t>(pairs);
    return out;
}

at::Tensor RandomStream::signs(at::IntArrayRef shape) {
    at::Tensor out = at::empty(shape, at::kDouble);
    double* data = out.data_ptr<double>();
    for (std::int64_t i = 0; i < out.numel(); ++i) data[i] = (word(next_++) >> 63) ? 1.0 : -1.0;
    return out;
}

at::Tensor RandomStream::integers(at::IntArrayRef shape, std::int64_t below) {
    at::Tensor out = at::empty(shape, at::kLong);
    std::int64_t* data = out.data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < out.numel(); ++i)
        data[i] = static_cast<std::int64_t>(uniform(word(next_++)) * static_cast<double>(below));
    return out;
}

at::Tensor RandomStream::unit_vectors(std::int64_t count, std::int64_t dimension) {
    const at::Tensor directions = normal({count, dimension});
    return directions / directions.norm(2, {-1}, /*keepdim=*/true);
}

}  // namespace slay

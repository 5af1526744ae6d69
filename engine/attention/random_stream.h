// The one random generator of the engine: counter-based, so that a seed means the same numbers on
// every machine and device.
//
// A stream has a key = mix(seed + mix(FNV-1a(name))); its i-th word (i = 0, 1, ...) is
// mix(key + (i + 1) * 0x9E3779B97F4A7C15), mix being SplitMix64's finaliser. A uniform is
// (word >> 11) * 2^-53 + 2^-54, in (0, 1). Normals 2i and 2i+1 are Box-Muller's cosine and sine of
// uniforms 2i and 2i+1, in float64.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace slay {

class RandomStream {
  public:
    RandomStream(std::uint64_t seed, std::string_view name);

    // All on the CPU, row-major; each call goes on where the last one ended.
    at::Tensor normal(at::IntArrayRef shape);                             // N(0, 1), float64
    at::Tensor signs(at::IntArrayRef shape);                              // -1 or +1, float64
    at::Tensor integers(at::IntArrayRef shape, std::int64_t below);       // 0 .. below-1, int64
    at::Tensor unit_vectors(std::int64_t count, std::int64_t dimension);  // [count, dimension]

  private:
    std::uint64_t word(std::uint64_t index) const;

    std::uint64_t key_;
    std::uint64_t next_ = 0;  // index of the next unused word
};

}  // namespace slay

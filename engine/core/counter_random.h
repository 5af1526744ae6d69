// The one random generator of the engine, without LibTorch: counter-based, so that a seed means the
// same numbers on every machine, and any of them can be asked for on its own.
//
// A stream has a key = mix(seed + mix(FNV-1a(name))); its i-th word (i = 0, 1, ...) is
// mix(key + (i + 1) * 0x9E3779B97F4A7C15), mix being SplitMix64's finaliser. A uniform is
// (word >> 11) * 2^-53 + 2^-54, in (0, 1).
#pragma once

#include <cstdint>
#include <string_view>

namespace slay {

class CounterRandom {
  public:
    CounterRandom(std::uint64_t seed, std::string_view name) : key_(mix(seed + mix(fnv1a(name)))) {}

    std::uint64_t word(std::uint64_t index) const { return word_of(key_, index); }
    double uniform(std::uint64_t index) const { return as_uniform(word(index)); }
    // 0 .. count-1; the bias of the multiplication is below 2^-21 for counts below 2^32.
    std::uint64_t below(std::uint64_t index, std::uint64_t count) const {
        return static_cast<std::uint64_t>(uniform(index) * static_cast<double>(count));
    }

    static std::uint64_t key_of(std::uint64_t seed, std::string_view name) {
        return mix(seed + mix(fnv1a(name)));
    }
    static std::uint64_t word_of(std::uint64_t key, std::uint64_t index) {
        return mix(key + (index + 1) * 0x9E3779B97F4A7C15ull);
    }
    static double as_uniform(std::uint64_t word) {
        return static_cast<double>(word >> 11) * 0x1p-53 + 0x1p-54;
    }
    static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }

  private:
    static std::uint64_t fnv1a(std::string_view text) {
        std::uint64_t hash = 0xCBF29CE484222325ull;
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
        return hash;
    }
    std::uint64_t key_;
};

}  // namespace slay

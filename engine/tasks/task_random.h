// Seeded integers for the tasks: SplitMix64 over a key that mixes seed, task, split, step and
// sequence, so that any sequence can be drawn alone and on any machine.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace slay {

class TaskRandom {
  public:
    TaskRandom(std::string_view name, std::initializer_list<std::uint64_t> parts) {
        for (const unsigned char c : name) state_ = mix(state_ ^ c);
        for (const std::uint64_t part : parts) state_ = mix(state_ + golden + part);
    }

    std::uint64_t next() { return mix(state_ += golden); }

    // 0 .. below - 1, for below >= 1; the bias is under below / 2^64.
    std::int64_t under(std::int64_t below) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::int64_t>((Wide{next()} * static_cast<std::uint64_t>(below)) >> 64);
    }
    std::int32_t symbol(std::int64_t below) { return static_cast<std::int32_t>(under(below)); }

    template <typename T>
    void shuffle(std::span<T> values) {
        for (std::size_t i = values.size(); i > 1; --i)
            std::swap(values[i - 1],
                      values[static_cast<std::size_t>(under(static_cast<std::int64_t>(i)))]);
    }

    // `count` different numbers of 0 .. below - 1, in random order; count <= below.
    std::vector<std::int32_t> distinct(std::int64_t count, std::int64_t below);

  private:
    static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15u;
    static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }
    std::uint64_t state_ = golden;
};

}  // namespace slay

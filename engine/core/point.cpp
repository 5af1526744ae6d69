#include "engine/core/point.h"

#include <array>
#include <charconv>
#include <utility>

#include "engine/core/checksum.h"

namespace slay {
namespace {

constexpr std::array<std::pair<PointState, std::string_view>, 10> state_names{{
    {PointState::pending, "pending"},
    {PointState::running, "running"},
    {PointState::ok, "ok"},
    {PointState::unsupported, "unsupported"},
    {PointState::out_of_memory, "out-of-memory"},
    {PointState::incorrect, "incorrect"},
    {PointState::unconverged, "unconverged"},
    {PointState::timed_out, "timed-out"},
    {PointState::failed, "failed"},
    {PointState::cancelled, "cancelled"},
}};

// One text for one set of parameters: the ids are in order, each value says its type.
std::string canonical(std::string_view experiment, std::string_view variant,
                      const Parameters& parameters, std::string_view without) {
    std::string text(experiment);
    text += '\n';
    text += variant;
    for (const auto& [id, value] : parameters) {
        if (id == without) continue;
        text += '\n';
        text += id;
        text += "=bird"[value.index()];  // flag, integer, real, text
        text += to_text(value);
    }
    return text;
}

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3u;
    }
    // FNV mixes its last bytes weakly: finish as splitmix64 does.
    hash ^= hash >> 30;
    hash *= 0xbf58476d1ce4e5b9u;
    hash ^= hash >> 27;
    hash *= 0x94d049bb133111ebu;
    return hash ^ (hash >> 31);
}

}  // namespace

std::string_view to_string(PointState state) {
    for (const auto& [value, name] : state_names)
        if (value == state) return name;
    return "failed";
}

std::optional<PointState> parse_point_state(std::string_view text) {
    for (const auto& [value, name] : state_names)
        if (name == text) return value;
    return std::nullopt;
}

bool is_final(PointState state) {
    return state != PointState::pending && state != PointState::running &&
           state != PointState::cancelled;
}

bool is_measured(PointState state) {
    return state == PointState::ok || state == PointState::unconverged;
}

std::string point_id(std::string_view experiment, std::string_view variant,
                     const Parameters& parameters) {
    return hex16(fnv1a(canonical(experiment, variant, parameters, {})));
}

std::string series_key(const Point& point) {
    return canonical(point.experiment, point.variant, point.parameters, "length");
}

std::vector<std::int64_t> seeds_of(const Point& point) {
    const std::string list = point.parameters.text("seeds");
    std::vector<std::int64_t> seeds;
    for (const char *at = list.data(), *end = at + list.size(); at < end;) {
        std::int64_t seed = 0;
        const auto [next, error] = std::from_chars(at, end, seed);
        if (error != std::errc()) break;
        seeds.push_back(seed);
        at = next + 1;
    }
    if (seeds.empty()) seeds.push_back(point.parameters.integer("seed"));
    return seeds;
}

}  // namespace slay

#include "engine/measure/length_search.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace slay {
namespace {

constexpr double time_margin = 0.95;  // of a length that is to stay within a time
constexpr double least_step = 1.05;   // that is worth a probe near the limit of time

class Search {
  public:
    Search(const ContextSettings& settings, const LengthProbe& probe)
        : settings_(settings), probe_(probe) {}

    ContextLimits run() {
        find_memory();
        if (!interrupted_) find_patience();
        if (interrupted_) limits_.bound = ContextLimits::Bound::interrupted;
        return std::move(limits_);
    }

  private:
    // From the longest pass so far.
    double expected_seconds(std::int64_t length) const {
        const ProbedLength& known = limits_.longest;
        if (known.length == 0) return 0;
        const double ratio = static_cast<double>(length) / static_cast<double>(known.length);
        return known.ms / 1e3 * std::pow(ratio, settings_.growth);
    }

    const ProbedLength* take(std::int64_t length) {
        std::optional<ProbedLength> taken = probe_(length, expected_seconds(length));
        if (!taken) {
            interrupted_ = true;
            return nullptr;
        }
        limits_.probed.push_back(*taken);
        if (taken->fits) {
            ProbedLength& longest = limits_.longest;
            if (length > longest.length || (length == longest.length && taken->ms < longest.ms))
                longest = *taken;
        } else if (length > limits_.longest.length &&
                   (limits_.too_long == 0 || length < limits_.too_long)) {
            limits_.too_long = length;
        }
        return &limits_.probed.back();
    }

    // The length, or the longest below it whose pass is expected to stay within pass_seconds.
    std::int64_t within_time(std::int64_t length) const {
        const double expected = expected_seconds(length);
        if (expected <= settings_.pass_seconds) return length;
        const double share = std::pow(settings_.pass_seconds / expected, 1 / settings_.growth);
        return static_cast<std::int64_t>(time_margin * share * static_cast<double>(length));
    }

    bool near(std::int64_t low, std::int64_t high) const {
        return static_cast<double>(high - low) <=
               std::max(1.0, settings_.tolerance * static_cast<double>(low));
    }

    // Half way, on a round number where the tolerance leaves one.
    std::int64_t between(std::int64_t low, std::int64_t high) const {
        const std::int64_t middle = low + (high - low) / 2;
        const auto spare = static_cast<std::uint64_t>(settings_.tolerance / 4 *
                                                      static_cast<double>(std::max(low, high / 2)));
        const auto grain =
            static_cast<std::int64_t>(std::bit_floor(std::clamp<std::uint64_t>(spare, 1, 1024)));
        const std::int64_t rounded = middle / grain * grain;
        return rounded > low ? rounded : middle;
    }

    void find_memory() {
        using enum ContextLimits::Bound;
        for (std::int64_t length = std::min(settings_.first, settings_.longest);;) {
            if (const std::int64_t shorter = within_time(length); shorter < length) {
                if (static_cast<double>(shorter) >
                    least_step * static_cast<double>(limits_.longest.length)) {
                    length = shorter;
                    continue;
                }
                // One pass may have been slow by chance: not without a second look.
                if (!std::exchange(looked_again_, true)) {
                    if (!take(limits_.longest.length)) return;
                    continue;
                }
                limits_.bound = time;
                return;
            }
            looked_again_ = false;
            if (!take(length)) return;
            const std::int64_t low = limits_.longest.length, high = limits_.too_long;
            if (high == 0) {
                if (low == settings_.longest) {
                    limits_.bound = ContextLimits::Bound::length;
                    return;
                }
                length = std::min(low > settings_.longest / 2 ? settings_.longest : 2 * low,
                                  settings_.longest);
                continue;
            }
            if (near(low, high)) {
                limits_.bound = memory;
                return;
            }
            length = between(low, high);
        }
    }

    void find_patience() {
        const double cap = settings_.patience_seconds * 1e3;
        std::int64_t within = 0, beyond = 0;
        for (const ProbedLength& each : limits_.probed)
            if (each.fits && each.ms > cap && (beyond == 0 || each.length < beyond))
                beyond = each.length;
        for (const ProbedLength& each : limits_.probed)
            if (each.fits && each.ms <= cap && (beyond == 0 || each.length < beyond))
                within = std::max(within, each.length);
        while (beyond > 0 && within > 0 && !near(within, beyond)) {
            const ProbedLength* taken = take(between(within, beyond));
            if (!taken) break;
            // What fits at a longer length fits here, but for memory that others took meanwhile.
            if (taken->fits && taken->ms <= cap)
                within = taken->length;
            else
                beyond = taken->length;
        }
        limits_.patience = within;
        limits_.patience_reached = beyond > 0;
    }

    const ContextSettings& settings_;
    const LengthProbe& probe_;
    ContextLimits limits_;
    bool interrupted_ = false;
    bool looked_again_ = false;  // at the longest that fits, before longer ones are given up
};

}  // namespace

ContextLimits search_context(const ContextSettings& settings, const LengthProbe& probe) {
    return Search(settings, probe).run();
}

}  // namespace slay

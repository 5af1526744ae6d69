#include "engine/measure/length_search.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace slay {
namespace {

constexpr double time_margin = 0.95;  // of a length that is to stay within a time
constexpr double least_step = 1.05;   // that is worth a probe near the limit of time
constexpr int most_aims = 6;          // before patience is searched by halves

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

    // Where a power law through both passes takes `cap` milliseconds, by not quite half the
    // tolerance to one side of it; far enough from both ends that whatever comes out ends the
    // search or halves what is left of it. Seconds of passes are spared that way: most land close,
    // and few go beyond.
    std::int64_t aimed(const ProbedLength& low, const ProbedLength& high, double cap,
                       bool below) const {
        const auto from = static_cast<double>(low.length), to = static_cast<double>(high.length);
        if (low.ms <= 0 || high.ms <= low.ms) return between(low.length, high.length);
        const double growth = std::log(high.ms / low.ms) / std::log(to / from);
        const double meets = from * std::pow(cap / low.ms, 1 / growth);
        const double aside = settings_.tolerance * (below ? -0.4 : 0.4);
        const double step = settings_.tolerance * from;
        if (to - from <= 2 * step) return between(low.length, high.length);
        const double aim = std::clamp(meets * (1 + aside), from + 0.9 * step, to - 0.9 * step);
        return std::clamp(static_cast<std::int64_t>(aim), low.length + 1, high.length - 1);
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
        const ProbedLength none;
        const ProbedLength *within = &none, *beyond = nullptr;
        const std::vector<ProbedLength> probed = limits_.probed;
        for (const ProbedLength& each : probed)
            if (each.fits && each.ms > cap && (!beyond || each.length < beyond->length))
                beyond = &each;
        for (const ProbedLength& each : probed)
            if (each.fits && each.ms <= cap && (!beyond || each.length < beyond->length) &&
                each.length > within->length)
                within = &each;
        ProbedLength low = *within, high = beyond ? *beyond : none;
        for (int tries = 0; high.length > 0 && low.length > 0 && !near(low.length, high.length);
             ++tries) {
            const std::int64_t length = tries < most_aims ? aimed(low, high, cap, tries % 2 == 0)
                                                          : between(low.length, high.length);
            const ProbedLength* taken = take(length);
            if (!taken) break;
            // What fits at a longer length fits here, but for memory that others took meanwhile.
            (taken->fits && taken->ms <= cap ? low : high) = *taken;
        }
        limits_.patience = low.length;
        limits_.patience_reached = high.length > 0;
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

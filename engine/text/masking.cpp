#include "engine/text/masking.h"

namespace slay {

std::vector<std::int64_t> mask_window(std::span<std::int64_t> window, std::int64_t vocabulary,
                                      std::int64_t mask_token, const CounterRandom& random,
                                      std::uint64_t first) {
    std::vector<std::int64_t> positions;
    for (std::size_t i = 0; i < window.size(); ++i) {
        const std::uint64_t at = first + 3 * i;
        // A short window may have none: then its last position is taken.
        const bool chosen = random.uniform(at) < masked_share;
        if (!chosen && !(positions.empty() && i + 1 == window.size())) continue;
        positions.push_back(static_cast<std::int64_t>(i));
        const double what = random.uniform(at + 1);
        if (what < hidden_share)
            window[i] = mask_token;
        else if (what < hidden_share + random_share)
            window[i] = static_cast<std::int64_t>(
                random.below(at + 2, static_cast<std::uint64_t>(vocabulary)));
    }
    return positions;
}

}  // namespace slay

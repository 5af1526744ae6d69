#include "engine/core/paired_samples.h"

#include <cmath>

namespace slay {

PairedSamples pair_samples(const RecordedPoint::Samples& first,
                           const RecordedPoint::Samples& second) {
    PairedSamples out;
    for (std::size_t i = 0, j = 0; i < first.rounds.size() && j < second.rounds.size();) {
        if (first.rounds[i] < second.rounds[j]) {
            ++i;
        } else if (second.rounds[j] < first.rounds[i]) {
            ++j;
        } else {
            if (second.values[j] > 0 && std::isfinite(first.values[i]) &&
                std::isfinite(second.values[j])) {
                out.first.push_back(first.values[i]);
                out.second.push_back(second.values[j]);
            }
            ++i;
            ++j;
        }
    }
    return out;
}

}  // namespace slay

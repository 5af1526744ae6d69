// Samples of two points that were taken in the same rounds.
#pragma once

#include <vector>

#include "engine/core/run_record.h"

namespace slay {

struct PairedSamples {
    std::vector<double> first, second;  // of equal length: one of each for every common round
};

// Each list of rounds ascends. Pairs whose second value is not positive, or
// of which one is not finite, are left out.
PairedSamples pair_samples(const RecordedPoint::Samples& first,
                           const RecordedPoint::Samples& second);

}  // namespace slay

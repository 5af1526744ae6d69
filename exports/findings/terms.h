// The sides of a check in one record, and their ratio. Parts of judge().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exports/findings/judge.h"

namespace slay {

// A side's figure at one set of shared conditions.
struct Side {
    const RecordedPoint* point = nullptr;  // null: not measured here (published, floor, constant)
    std::optional<Extent> figure;          // absent: `reason` says why
    std::string reason;
    std::string shared;  // key of the shared conditions that the other side must have too
};

// The measured points of a variant that the check's conditions admit, one for each set of shared
// conditions and seed: of several budgets that next to the default.
std::vector<const RecordedPoint*> admitted_points(const RunRecord& record, const Check& check,
                                                  const std::string& variant);

// The point's figure; where it ran out of memory, the bound that the longest measured point of its
// curve gives.
Side measured_side(const RunRecord& record, const Check& check, const RecordedPoint& point);

// A side that is not measured, for the other side's `point`.
Side recorded_side(const CheckTerm& term, const Check& check, const FindingSet& set,
                   const RunRecord& record, const RecordedPoint& point);

// The ratio of two sides: pair by pair where their samples were taken side by side.
Extent ratio_of(const Check& check, const RunRecord& record, const Side& numerator,
                const Side& denominator);

// With Student's interval: over seeds errors spread over decades, and ratios do less.
Extent geometric_mean(const std::vector<double>& ratios);

// What the two sides have to share: every parameter that is not a variant's own.
std::string shared_key(const Parameters& parameters);

}  // namespace slay

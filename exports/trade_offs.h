// Points of a record as trade-offs between two metrics, with the fronts of the best of them: what
// the budget figure draws and its table marks.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "exports/panels.h"

namespace slay {

struct TradeOffPoint {
    const RecordedPoint* point = nullptr;
    MetricValue x, y;        // both better when lower
    bool front = false;      // no point of any variant is better in both
    bool own_front = false;  // no point of its own variant is
};

struct VariantTradeOffs {
    VariantInfo variant;
    std::vector<TradeOffPoint> points;  // by ascending x, then y
};

// The measured points that have both metrics as finite numbers, by variant in the record's order.
// Exact Yat takes no part: it has no budget, and the error is counted from it.
std::vector<VariantTradeOffs> trade_offs_of(const RunRecord& record,
                                            const std::vector<const RecordedPoint*>& points,
                                            const std::string& x, const std::string& y);

// Sets `front` anew, without the variants in `left_out`.
void mark_front(std::vector<VariantTradeOffs>& variants,
                const std::set<std::string, std::less<>>& left_out);

// "R = 2, M = 16, P = 32": a point's sizes, and other parameters of its variant that are not at
// their default.
std::string describe_budget(const RecordedPoint& point, const VariantInfo& variant);

// "Peak memory 3.40 MB"
std::string describe_metric(const MetricInfo& metric, double value);

}  // namespace slay

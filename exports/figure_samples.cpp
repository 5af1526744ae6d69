// Curves of raw samples: a loss against the step, memory against the lengths tried.
#include <algorithm>
#include <cmath>
#include <map>

#include "exports/figure_parts.h"

namespace slay {
namespace {

struct Sum {
    double total = 0;
    std::int64_t count = 0;
    void add(double value) {
        total += value;
        ++count;
    }
    double mean() const { return total / static_cast<double>(count); }
};

// Rounds to their bins, equal in width on the axis; every round is its own bin while they are few.
class Bins {
  public:
    Bins(const std::map<std::int64_t, std::size_t>& rounds, bool log) : log_(log) {
        if (rounds.empty()) return;
        first_ = scale(rounds.begin()->first);
        last_ = scale(rounds.rbegin()->first);
        single_ = rounds.size() <= max_sample_steps;
    }
    std::int64_t of(std::int64_t round) const {
        if (single_ || !(last_ > first_)) return round;
        const double share = (scale(round) - first_) / (last_ - first_);
        const auto bins = static_cast<double>(max_sample_steps);
        return static_cast<std::int64_t>(std::min(bins - 1, share * bins));
    }

  private:
    double scale(std::int64_t round) const {
        const auto value = static_cast<double>(round);
        return log_ ? std::log(std::max(1.0, value)) : value;
    }
    bool log_, single_ = true;
    double first_ = 0, last_ = 0;
};

struct Bin {
    Sum x;
    std::map<const RecordedPoint*, Sum> by_point;
};

}  // namespace

std::vector<SampleStep> sample_steps(const Curve& curve, const std::string& metric, bool log_x) {
    std::vector<std::pair<const RecordedPoint*, const RecordedPoint::Samples*>> all;
    std::map<std::int64_t, std::size_t> rounds;
    for (const CurveStep& step : curve.steps) {
        for (const RecordedPoint* point : step.points) {
            const auto found = point->samples.find(metric);
            if (found == point->samples.end()) continue;
            all.emplace_back(point, &found->second);
            for (const std::int64_t round : found->second.rounds) ++rounds[round];
        }
    }
    const Bins bins(rounds, log_x);
    std::map<std::int64_t, Bin> binned;
    for (const auto& [point, samples] : all) {
        for (std::size_t i = 0; i < samples->values.size(); ++i) {
            if (!std::isfinite(samples->values[i])) continue;
            Bin& bin = binned[bins.of(samples->rounds[i])];
            bin.x.add(static_cast<double>(samples->rounds[i]));
            bin.by_point[point].add(samples->values[i]);
        }
    }
    std::vector<SampleStep> out;
    out.reserve(binned.size());
    for (const auto& [key, bin] : binned) {
        SampleStep step;
        step.x = bin.x.mean();
        Sum mean;
        double low = INFINITY, high = -INFINITY;
        for (const auto& [point, sum] : bin.by_point) {
            mean.add(sum.mean());
            low = std::min(low, sum.mean());
            high = std::max(high, sum.mean());
        }
        step.value = {mean.mean(), {}, {}, mean.count};
        if (mean.count > 1) {
            step.value.low = low;
            step.value.high = high;
        }
        step.point = curve.steps.front().points.front()->point.id;
        out.push_back(std::move(step));
    }
    return out;
}

}  // namespace slay

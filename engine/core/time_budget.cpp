#include "engine/core/time_budget.h"

#include <algorithm>
#include <cmath>

namespace slay {
namespace {

constexpr double least_seconds = 1e-3;  // of Measurement::point_seconds

double predicted_total(std::span<const Point> points, Measurement measurement,
                       const DeviceRates& rates, double point_seconds) {
    measurement.point_seconds = point_seconds;
    double total = 0;
    for (const Point& point : points) total += predict(point, measurement, rates).seconds;
    return total;
}

}  // namespace

BudgetCut cut_to_budget(std::span<const Point> points, const Measurement& measurement,
                        const DeviceRates& rates, double seconds) {
    BudgetCut cut{measurement.point_seconds, 0, 0};
    cut.predicted_seconds = predicted_total(points, measurement, rates, cut.point_seconds);
    if (cut.predicted_seconds <= seconds) return cut;

    double low = std::min(least_seconds, measurement.point_seconds);
    double high = measurement.point_seconds;
    if (predicted_total(points, measurement, rates, low) < seconds) {
        while (high > 1.02 * low) {
            const double middle = std::sqrt(low * high);
            (predicted_total(points, measurement, rates, middle) <= seconds ? low : high) = middle;
        }
    }
    cut.point_seconds = low;
    Measurement short_measurement = measurement;
    short_measurement.point_seconds = low;
    cut.predicted_seconds = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double point = predict(points[i], short_measurement, rates).seconds;
        if (cut.predicted_seconds + point > seconds) {
            cut.beyond = points.size() - i;
            break;
        }
        cut.predicted_seconds += point;
    }
    return cut;
}

TimeBudget::TimeBudget(const Measurement& measurement, const DeviceRates& rates,
                       std::function<double()> clock)
    : measurement_(measurement),
      rates_(rates),
      clock_(std::move(clock)),
      seconds_(60 * measurement.time_budget_minutes),
      started_(clock_()) {}

bool TimeBudget::begin_group(std::span<const Point> open, std::size_t group_size, BudgetCut& cut) {
    cut = {measurement_.point_seconds, 0, 0};
    if (!limited()) return true;
    // Predictions may be off by a factor: groups of one run share it, more or less.
    const double factor = predicted_ > 0 ? std::clamp(taken_ / predicted_, 0.1, 10.0) : 1.0;
    cut = cut_to_budget(open, measurement_, rates_, std::max(0.0, left()) / factor);
    group_predicted_ =
        predicted_total(open.first(group_size), measurement_, rates_, cut.point_seconds);
    if (predicted_ > 0 && group_predicted_ * factor > left()) return false;
    group_started_ = clock_();
    return true;
}

void TimeBudget::end_group() {
    taken_ += clock_() - group_started_;
    predicted_ += group_predicted_;
}

}  // namespace slay

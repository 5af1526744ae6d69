// A run's time budget: repetitions are cut before points.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "engine/core/plan.h"

namespace slay {

struct BudgetCut {
    double point_seconds = 0;      // Measurement::point_seconds, as far as the time allows
    double predicted_seconds = 0;  // of the points that are expected to be reached
    std::size_t beyond = 0;        // points at the end for which no time is expected to be left
};

// Cuts the sampling time of a point until `points`, in their order, are predicted to take
// `seconds`; no point gets less than its least number of samples.
BudgetCut cut_to_budget(std::span<const Point> points, const Measurement& measurement,
                        const DeviceRates& rates, double seconds);

// The budget while a run goes on: what the groups took corrects what was predicted of them.
class TimeBudget {
  public:
    // `clock`: seconds that only go forward. Without time_budget_minutes nothing is ever cut.
    TimeBudget(const Measurement& measurement, const DeviceRates& rates,
               std::function<double()> clock);

    // What is left for `open`, the points that are to be measured, a group first. False: that group
    // would end beyond the budget; the first of a run is never refused. Else `cut` holds the
    // sampling time of its points.
    bool begin_group(std::span<const Point> open, std::size_t group_size, BudgetCut& cut);
    void end_group();

    bool limited() const { return seconds_ > 0; }

  private:
    double left() const { return seconds_ - (clock_() - started_); }

    Measurement measurement_;
    DeviceRates rates_;
    std::function<double()> clock_;
    double seconds_ = 0, started_ = 0;
    double group_started_ = 0, group_predicted_ = 0;  // of the group in hand
    double taken_ = 0, predicted_ = 0;                // of the groups that ended
};

}  // namespace slay

// What a training has reported so far: told to the observer as it comes, kept for a checkpoint, and
// told again when the training is resumed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/core/point.h"
#include "engine/run/executor.h"

namespace slay {

class TrainingHistory {
  public:
    struct Series {
        std::vector<std::int64_t> steps;  // ascending
        std::vector<double> values;
        std::size_t told = 0;  // how many the observer has heard of
    };

    // Values are kept to the precision of float32, so that a journal stays readable.
    void add(const std::string& metric, std::int64_t step, double value);

    // Tells the observer what it has not heard yet: a list for each run of consecutive steps.
    void tell(const Point& point, PointObserver& observer);
    void tell_again() {
        for (auto& [metric, each] : series_) each.told = 0;
    }

    std::span<const double> values(const std::string& metric) const;
    const std::map<std::string, Series>& series() const { return series_; }
    void restore(std::map<std::string, Series> series) { series_ = std::move(series); }

  private:
    std::map<std::string, Series> series_;
};

}  // namespace slay

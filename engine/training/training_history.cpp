#include "engine/training/training_history.h"

#include <charconv>

namespace slay {
namespace {

// The shortest decimal that reads back as the same float32.
double to_float_digits(double value) {
    char text[32];
    const auto written = std::to_chars(text, text + sizeof text, static_cast<float>(value));
    double out = 0;
    std::from_chars(text, written.ptr, out);
    return out;
}

}  // namespace

void TrainingHistory::add(const std::string& metric, std::int64_t step, double value) {
    Series& series = series_[metric];
    series.steps.push_back(step);
    series.values.push_back(to_float_digits(value));
}

void TrainingHistory::tell(const Point& point, PointObserver& observer) {
    for (auto& [metric, series] : series_) {
        while (series.told < series.steps.size()) {
            const std::size_t first = series.told;
            std::size_t end = first + 1;
            while (end < series.steps.size() && series.steps[end] == series.steps[end - 1] + 1)
                ++end;
            series.told = end;
            observer.samples_taken(point, metric, series.steps[first],
                                   std::span(series.values).subspan(first, end - first));
        }
    }
}

std::span<const double> TrainingHistory::values(const std::string& metric) const {
    const auto found = series_.find(metric);
    return found == series_.end() ? std::span<const double>() : found->second.values;
}

}  // namespace slay

#include "engine/run/group_run.h"

#include <algorithm>
#include <exception>

#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::size_t max_reason = 16384;  // as the journal's reader takes it

PointResult cleaned(PointResult result) {
    PointResult clean;
    clean.state = result.state;
    clean.reason = clean_text(result.reason, max_reason);
    for (auto& [id, value] : result.metrics) clean.metrics[clean_text(id, 64)] = value;
    for (auto& [id, value] : result.notes) clean.notes[clean_text(id, 64)] = clean_text(value);
    return clean;
}

}  // namespace

void MemoryLimits::note(const Point& point) {
    const std::lock_guard lock(mutex_);
    const std::int64_t length = point.parameters.integer("length");
    const auto [known, is_new] = shortest_.emplace(series_key(point), length);
    if (!is_new) known->second = std::min(known->second, length);
}

std::optional<std::string> MemoryLimits::reason_to_skip(const Point& point) const {
    const std::lock_guard lock(mutex_);
    const auto known = shortest_.find(series_key(point));
    if (known == shortest_.end() || point.parameters.integer("length") <= known->second)
        return std::nullopt;
    return "not tried: length " + format_count(static_cast<double>(known->second)) +
           " ran out of memory already";
}

void MemoryLimits::forget(const Point& point) {
    const std::lock_guard lock(mutex_);
    const auto known = shortest_.find(series_key(point));
    if (known != shortest_.end() && point.parameters.integer("length") >= known->second)
        shortest_.erase(known);
}

GroupRun::GroupRun(std::vector<Point> points, std::uint32_t batch, EventLog& log,
                   RunControl& control, MemoryLimits& limits)
    : points_(std::move(points)), batch_(batch), log_(log), control_(control), limits_(limits) {
    for (const Point& point : points_) open_.insert(point.id);
}

void GroupRun::run(Executor& executor, const SweepSpec& spec, const std::string& device,
                   const std::string& folder) {
    std::vector<Point> to_measure;
    for (const Point& point : points_) {
        if (auto reason = limits_.reason_to_skip(point))
            finish(point, {PointState::out_of_memory, std::move(*reason), {}, {}});
        else
            to_measure.push_back(point);
    }
    if (to_measure.empty() || log_.failure()) return;

    std::string trouble = "the engine ended the group without a result for this point";
    try {
        executor.run_group(to_measure, {spec, device, control_, *this, folder});
    } catch (const std::exception& error) {
        trouble = std::string("the engine failed: ") + error.what();
    } catch (...) {
        trouble = "the engine failed with an unknown exception";
    }
    // What is open is measured by a resumption.
    if (control_.stop_requested() || !executor.broken().empty()) return;
    for (const Point& point : to_measure)
        if (is_open(point.id)) finish(point, {PointState::failed, trouble, {}, {}});
}

std::optional<std::chrono::steady_clock::time_point> GroupRun::began() const {
    const std::lock_guard lock(mutex_);
    return began_;
}

bool GroupRun::is_open(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    return open_.count(id) > 0;
}

void GroupRun::finish(const Point& point, PointResult result) {
    {
        const std::lock_guard lock(mutex_);
        if (open_.erase(point.id) == 0) return;
        if (result.state == PointState::out_of_memory) limits_.note(point);
    }
    log_.emit(PointFinished{point.id, cleaned(std::move(result))});
    stop_on_failure();
}

void GroupRun::stop_on_failure() {
    if (log_.failure()) control_.request_stop();
}

void GroupRun::point_started(const Point& point) {
    if (!is_open(point.id)) return;
    {
        const std::lock_guard lock(mutex_);
        if (!began_) began_ = std::chrono::steady_clock::now();
    }
    log_.emit(PointStarted{point.id, batch_});
    stop_on_failure();
}

void GroupRun::samples_taken(const Point& point, std::string_view metric, std::int64_t first_round,
                             std::span<const double> values) {
    if (!is_open(point.id) || values.empty()) return;
    log_.emit(SamplesTaken{point.id,
                           clean_text(metric, 64),
                           std::max<std::int64_t>(0, first_round),
                           {values.begin(), values.end()}});
    stop_on_failure();
}

void GroupRun::point_finished(const Point& point, PointResult result) {
    if (!is_open(point.id)) {
        log_.message(Severity::warning, "a second result for point " + point.id + " was dropped");
        return;
    }
    // A point that the stop cut short has no result; a resumption measures it.
    if (result.state == PointState::cancelled && control_.stop_requested()) return;
    if (!is_final(result.state)) {
        result.reason = "the engine gave it the state " + std::string(to_string(result.state)) +
                        " for a result" + (result.reason.empty() ? "" : ": ") + result.reason;
        result.state = PointState::failed;
    }
    finish(point, std::move(result));
}

void GroupRun::message(Severity severity, std::string text) {
    log_.message(severity, text);
    stop_on_failure();
}

}  // namespace slay

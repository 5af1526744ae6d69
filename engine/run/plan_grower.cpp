#include "engine/run/plan_grower.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <set>

#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "engine/run/run_requests.h"

namespace slay {
namespace {

std::vector<VariantInfo> rows_of(const std::vector<Point>& points) {
    std::set<std::string> names;
    for (const Point& point : points) names.insert(point.variant);
    std::vector<VariantInfo> rows;
    for (const VariantInfo& row : variant_catalog())
        if (names.contains(row.name)) rows.push_back(row);
    return rows;
}

std::string counted(std::size_t count) {
    return format_count(static_cast<double>(count)) + (count == 1 ? " point" : " points");
}

std::string because(const std::string& why) {
    return why.empty() ? std::string() : " (" + why + ')';
}

}  // namespace

PlanGrower::PlanGrower(std::string folder, EventLog& log, GroupQueue& queue, MemoryLimits& limits,
                       Measurement measurement, DeviceRates rates)
    : folder_(std::move(folder)),
      log_(log),
      queue_(queue),
      limits_(limits),
      measurement_(std::move(measurement)),
      rates_(std::move(rates)) {}

void PlanGrower::watch() {
    watcher_ = std::jthread([this](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any changed;
        std::unique_lock lock(mutex);
        while (!changed.wait_for(lock, stop, look_interval, [&] { return stop.stop_requested(); }))
            take_up();
    });
}

void PlanGrower::stop() {
    if (!watcher_.joinable()) return;
    watcher_.request_stop();
    watcher_.join();
    take_up();
}

void PlanGrower::take_up() {
    const std::lock_guard lock(mutex_);
    for (const WaitingRequest& request : waiting_requests(folder_)) {
        if (log_.failure()) return;  // it stays for a resumption
        if (!request.growth) {
            log_.message(Severity::warning,
                         "a request was refused: " + request.growth.error().message);
            refuse_request(request.path);
            continue;
        }
        const std::vector<Point> to_measure = meet(*request.growth);
        if (log_.failure()) return;
        // Gone before anything is measured: a crash in between cannot have it measured twice.
        drop_request(request.path);
        queue_.add(to_measure);
    }
}

// Journal first: the points are in the plan before anybody measures them.
std::vector<Point> PlanGrower::meet(const PlanGrowth& growth) {
    std::vector<Point> to_measure;
    add_points(growth, to_measure);
    reopen_points(growth, to_measure);
    return to_measure;
}

void PlanGrower::add_points(const PlanGrowth& growth, std::vector<Point>& to_measure) {
    PointsAdded added;
    added.why = growth.why;
    std::set<std::string> refused;
    for (const Point& asked : growth.add) {
        auto point = complete_point(asked, measurement_, rates_);
        if (!point)
            refused.insert(point.error().message);
        else
            added.points.push_back(std::move(*point));
    }
    bool too_many = false;
    log_.read([&](const RunRecord& record) {
        std::set<std::string> ids;
        const auto& experiments = record.spec().experiments;
        std::erase_if(added.points, [&](const Point& point) {
            const RecordedPoint* known = record.find(point.id);
            const bool there = known && !known->point.experiment.empty();
            if (!there && std::find(experiments.begin(), experiments.end(), point.experiment) ==
                              experiments.end()) {
                refused.insert(point.experiment + " is no experiment of this run");
                return true;
            }
            return there || !ids.insert(point.id).second;
        });
        too_many = record.points().size() + added.points.size() > max_plan_points;
        added.variants = rows_of(added.points);
    });
    for (const std::string& why : refused)
        log_.message(Severity::warning, "points were not added: " + why);
    if (too_many)
        return log_.message(
            Severity::warning,
            fmt::format("{} were not added: a run takes at most {}", counted(added.points.size()),
                        format_count(static_cast<double>(max_plan_points))));
    if (added.points.empty()) {
        if (!growth.add.empty() && refused.empty())
            log_.message(Severity::info, "nothing was added" + because(growth.why) +
                                             ": the run has these points already");
        return;
    }
    double seconds = 0;
    for (const Point& point : added.points) seconds += point.prediction.seconds;
    const std::string text = fmt::format("{} added{}, predicted {}", counted(added.points.size()),
                                         because(growth.why), format_duration(seconds));
    to_measure = added.points;
    if (log_.emit(std::move(added))) log_.message(Severity::info, text);
}

void PlanGrower::reopen_points(const PlanGrowth& growth, std::vector<Point>& to_measure) {
    std::vector<Point> finished;
    std::size_t unknown = 0, open = 0;
    log_.read([&](const RunRecord& record) {
        std::set<std::string> ids;
        for (const std::string& id : growth.rerun) {
            const RecordedPoint* known = record.find(id);
            if (!known || known->point.experiment.empty())
                ++unknown;
            else if (!is_final(known->result.state))
                ++open;
            else if (ids.insert(id).second)
                finished.push_back(known->point);
        }
    });
    if (unknown > 0)
        log_.message(Severity::warning,
                     counted(unknown) + " of a request to measure again are not in this run");
    if (open > 0)
        log_.message(Severity::info, counted(open) +
                                         " of a request to measure again are measured anyway: they "
                                         "are not finished yet");
    for (const Point& point : finished) {
        if (!log_.emit(PointReopened{point.id, growth.why})) return;
        limits_.forget(point);
        to_measure.push_back(point);
    }
    if (!finished.empty())
        log_.message(Severity::info, counted(finished.size()) + " to be measured again" +
                                         because(growth.why) + "; what they gave is kept");
}

}  // namespace slay

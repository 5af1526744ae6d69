#include "engine/run/worker_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/core/units.h"

namespace slay {
namespace {

using Kind = LinkEnd::Kind;

std::string name_of(const Point& point) {
    if (!point.parameters.has("length")) return point.variant;
    return fmt::format("{} at L = {}", point.variant,
                       format_count(static_cast<double>(point.parameters.integer("length"))));
}

const Point* find(const std::vector<Point>& points, const std::string& id) {
    const auto found =
        std::find_if(points.begin(), points.end(), [&](const Point& p) { return p.id == id; });
    return found == points.end() ? nullptr : &*found;
}

void remove(std::vector<Point>& points, const std::set<std::string>& ids) {
    std::erase_if(points, [&](const Point& point) { return ids.contains(point.id); });
}

PointState state_of(const LinkEnd& end) {
    switch (end.kind) {
        case Kind::silent:
        case Kind::overdue:
            return PointState::timed_out;
        case Kind::over_memory:
            return PointState::out_of_memory;
        case Kind::died:
            return end.for_memory ? PointState::out_of_memory : PointState::failed;
        default:
            return PointState::failed;
    }
}

}  // namespace

std::string WorkerGroup::Attempt::text() const {
    return end.lost() ? end.text : "could not go on: " + broken;
}

Status WorkerGroup::run(std::span<const Point> group) {
    Points open(group.begin(), group.end());
    while (!open.empty() && !context_.control.stop_requested()) {
        const Result<Attempt> attempt = measure(open, false);
        if (!attempt) return attempt.error();
        remove(open, attempt->finished);
        if (!attempt->lost()) return done();  // what has no result is named by the runner
        if (const auto culprit = at_fault(*attempt, open)) {
            blame(*culprit, *attempt);
            remove(open, {culprit->id});
        } else if (Status tried = try_alone(open, *attempt); !tried) {
            return tried;
        }
    }
    return done();
}

Result<WorkerGroup::Attempt> WorkerGroup::measure(const Points& points, bool quietly) {
    const auto worker = lane_.worker_of(context_.spec, device_, origin_, context_.control);
    Attempt attempt;
    if (!worker) {
        if (worker.error().kind != ErrorKind::cancelled) return worker.error();
        attempt.end.kind = Kind::stopped;
        return attempt;
    }
    const pid_t pid = (*worker)->pid();
    const std::string folder =
        context_.folder.empty() ? "" : std::filesystem::absolute(context_.folder).string();
    attempt.end = (*worker)->measure(
        context_.spec, device_, folder, points, context_.control,
        [&](const EventBody& body) { return take(body, points, attempt, quietly); });
    // A worker that gives up says so right after the failure that made it; kernels run on by
    // themselves, so that which point's it was has to be seen.
    if (attempt.broken.empty()) pass_on_held(points, attempt, quietly);
    if (attempt.lost()) {
        lane_.end_worker();
        tell_of_loss(attempt, pid);
    }
    return attempt;
}

// False: a worker that has been given these points would not say this.
bool WorkerGroup::take(const EventBody& body, const Points& points, Attempt& attempt,
                       bool quietly) {
    PointObserver& observer = context_.observer;
    const auto* ended = std::get_if<RunFinished>(&body);
    if (ended && ended->outcome == RunOutcome::failed) {
        attempt.broken = ended->reason.empty() ? "it gave no reason" : ended->reason;
        return true;
    }
    pass_on_held(points, attempt, quietly);
    if (const auto* started = std::get_if<PointStarted>(&body)) {
        const Point* point = find(points, started->point);
        if (!point) return false;
        attempt.started.push_back(point->id);
        if (!quietly) {
            started_.insert(point->id);
            observer.point_started(*point);
        }
        return true;
    }
    if (const auto* taken = std::get_if<SamplesTaken>(&body)) {
        const Point* point = find(points, taken->point);
        if (point && !quietly)
            observer.samples_taken(*point, taken->metric, taken->first_round, taken->values);
        return point != nullptr;
    }
    if (const auto* finished = std::get_if<PointFinished>(&body)) {
        const Point* point = find(points, finished->point);
        if (!point) return false;
        attempt.held = {point->id, finished->result};
        if (finished->result.state != PointState::failed) pass_on_held(points, attempt, quietly);
        return true;
    }
    if (const auto* message = std::get_if<Message>(&body)) {
        if (!quietly) observer.message(message->severity, message->text);
        return true;
    }
    if (ended) return true;
    return std::holds_alternative<RunResumed>(body);
}

void WorkerGroup::pass_on_held(const Points& points, Attempt& attempt, bool quietly) {
    const auto held = std::exchange(attempt.held, std::nullopt);
    if (!held) return;
    attempt.finished.insert(held->point);
    if (!quietly) finish(*find(points, held->point), held->result);
}

// The point that was in the worker's hands, where the events leave no doubt. Points that have to be
// warm before any is sampled start one after another: while one has not started, the latest to
// start is in hand. Once all have, any of them may be.
std::optional<Point> WorkerGroup::at_fault(const Attempt& attempt, const Points& open) const {
    if (open.size() == 1) return open.front();
    std::vector<std::string> in_flight = attempt.started;
    std::erase_if(in_flight, [&](const std::string& id) { return find(open, id) == nullptr; });
    if (in_flight.empty()) return std::nullopt;
    const bool all_started = std::all_of(open.begin(), open.end(), [&](const Point& point) {
        return std::find(in_flight.begin(), in_flight.end(), point.id) != in_flight.end();
    });
    if (all_started && in_flight.size() > 1) return std::nullopt;
    return *find(open, in_flight.back());
}

// Finds who is at fault by measuring each point by itself. What that gives is thrown away: figures
// that are compared have to be taken side by side, and that is done again with those that remain.
Status WorkerGroup::try_alone(Points& open, const Attempt& attempt) {
    std::set<std::string> guilty;
    for (const Point& point : open) {
        if (context_.control.stop_requested()) return done();
        const Result<Attempt> alone = measure({point}, true);
        if (!alone) return alone.error();
        if (!alone->lost()) continue;
        guilty.insert(point.id);
        blame(point, *alone);
    }
    remove(open, guilty);
    if (!guilty.empty() || !std::exchange(unexplained_, true)) return done();
    // Twice together, and never alone: none of them can be measured beside the others.
    Attempt together = attempt;
    together.held.reset();
    (together.end.lost() ? together.end.text : together.broken) +=
        " while this was measured side by side with others; alone nothing ends it";
    for (const Point& point : open) blame(point, together);
    open.clear();
    return done();
}

void WorkerGroup::blame(const Point& point, const Attempt& attempt) {
    if (started_.insert(point.id).second) context_.observer.point_started(point);
    if (attempt.held && attempt.held->point == point.id)  // the worker could say what was wrong
        return finish(point, attempt.held->result);
    PointResult result;
    result.state = state_of(attempt.end);
    result.reason = fmt::format("{}: its worker {}", name_of(point), attempt.text());
    finish(point, std::move(result));
}

void WorkerGroup::finish(const Point& point, PointResult result) {
    if (context_.device != device_) result.notes["device"] = device_;  // one of several
    context_.observer.point_finished(point, std::move(result));
}

void WorkerGroup::tell_of_loss(const Attempt& attempt, pid_t worker) {
    context_.observer.message(
        Severity::warning, fmt::format("The worker of {} (process {}) {}. It is replaced.", device_,
                                       worker, attempt.text()));
}

}  // namespace slay

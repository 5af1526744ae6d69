#include "engine/core/record_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/core/units.h"

namespace slay {
namespace {

class Events {
  public:
    explicit Events(const RunRecord& record) : record_(record) {}

    std::vector<Event> all() {
        add(opening());
        add_growth();
        for (std::size_t session = 0; session <= record_.resumptions().size(); ++session)
            add_session(session);
        for (const LoggedMessage& message : record_.messages())
            add(Message{message.severity, message.text});
        if (record_.finished())
            add(RunFinished{record_.outcome(), record_.reason(), record_.finished_at()});
        return std::move(events_);
    }

  private:
    bool is_foreign(const Provenance& origin) const {
        return !origin.same_origin(record_.provenance());
    }

    void add(EventBody body) {
        events_.push_back({events_.size() + 1, record_.run(), record_.seconds(), std::move(body)});
    }

    RunStarted opening() const {
        RunStarted started;
        started.provenance = record_.provenance();
        started.plan.spec = record_.spec();
        started.variants = record_.variants();
        started.metrics = record_.metrics();
        for (const RecordedPoint& each : record_.points()) {
            if (each.added) continue;
            const Prediction& prediction = each.point.prediction;
            started.plan.points.push_back(each.point);
            started.plan.predicted_seconds += prediction.seconds;
            started.plan.predicted_peak_bytes =
                std::max(started.plan.predicted_peak_bytes, prediction.peak_bytes);
        }
        return started;
    }

    void add_growth() {
        PointsAdded growth;
        for (const RecordedPoint& each : record_.points())
            if (each.added) growth.points.push_back(each.point);
        if (!growth.points.empty()) add(std::move(growth));
    }

    void add_session(std::size_t session) {
        if (session > 0) {
            const Provenance& origin = record_.resumptions()[session - 1];
            add(RunResumed{origin, record_.foreign() && (!tells_foreign_ || is_foreign(origin))});
        }
        for (const RecordedPoint& each : record_.points())
            point_events(each, session, [this](EventBody body) { add(std::move(body)); });
    }

    const RunRecord& record_;
    // Whether the origins tell which resumption was on another device or build.
    const bool tells_foreign_ =
        std::any_of(record_.resumptions().begin(), record_.resumptions().end(),
                    [this](const Provenance& origin) { return is_foreign(origin); });
    std::vector<Event> events_;
};

using Samples = std::map<std::string, RecordedPoint::Samples, std::less<>>;

void attempt_events(const std::string& id, const PointResult& result, const Samples& taken,
                    std::uint32_t batch, const std::function<void(EventBody)>& take) {
    if (result.state == PointState::pending && taken.empty()) return;
    take(PointStarted{id, batch});
    for (const auto& [metric, samples] : taken) {
        for (std::size_t begin = 0, end = 0; begin < samples.rounds.size(); begin = end) {
            // Rounds in a row are one line.
            for (end = begin + 1;
                 end < samples.rounds.size() && samples.rounds[end] == samples.rounds[end - 1] + 1;)
                ++end;
            const auto first = samples.values.begin();
            take(SamplesTaken{id,
                              metric,
                              samples.rounds[begin],
                              {first + static_cast<std::ptrdiff_t>(begin),
                               first + static_cast<std::ptrdiff_t>(end)}});
        }
    }
    if (is_final(result.state)) take(PointFinished{id, result});
}

struct Measured {
    std::size_t record = 0;
    const RecordedPoint* point = nullptr;
};

// The leading figure of a point, as a person compares it.
std::string figure(const RunRecord& record, const RecordedPoint& point) {
    if (!is_measured(point.result.state)) return std::string(to_string(point.result.state));
    const ExperimentInfo* experiment = find_experiment(point.point.experiment);
    const Metrics metrics = metrics_of(record, point);
    if (experiment)
        for (const std::string& id : experiment->metrics)
            if (const auto value = metrics.find(id); value != metrics.end()) {
                const MetricInfo* info = record.metric(id);
                return format_number(value->second.value, info ? info->digits : 4) +
                       (info && !info->unit.empty() ? ' ' + info->unit : std::string());
            }
    return "measured";
}

std::string name_of(const Point& point) {
    std::string name = point.experiment + ' ' + point.variant;
    if (point.parameters.has("length"))
        name += fmt::format(" L = {}", point.parameters.integer("length"));
    return name;
}

}  // namespace

std::vector<Event> record_events(const RunRecord& record) {
    return Events(record).all();
}

void point_events(const RecordedPoint& point, std::size_t session,
                  const std::function<void(EventBody)>& take) {
    const std::string& id = point.point.id;
    for (const RecordedPoint::Attempt& attempt : point.earlier) {
        if (attempt.session != session) continue;
        attempt_events(id, attempt.result, attempt.samples, attempt.batch, take);
        take(PointReopened{id, attempt.why_again});
    }
    if (point.session == session)
        attempt_events(id, point.result, point.samples, point.batch, take);
}

std::vector<std::string> merge_conflicts(std::span<const RunRecord> records,
                                         std::span<const std::string> names) {
    std::map<std::string, std::vector<Measured>> results;
    std::vector<std::string> order;
    for (std::size_t r = 0; r < records.size(); ++r)
        for (const RecordedPoint& point : records[r].points()) {
            if (!is_final(point.result.state)) continue;
            auto& known = results[point.point.id];
            if (known.empty()) order.push_back(point.point.id);
            known.push_back({r, &point});
        }
    std::vector<std::string> conflicts;
    for (const std::string& id : order) {
        const auto& found = results[id];
        const bool alike = std::all_of(found.begin(), found.end(), [&](const Measured& each) {
            return each.point->result.state == found.front().point->result.state &&
                   figure(records[each.record], *each.point) ==
                       figure(records[found.front().record], *found.front().point);
        });
        if (found.size() < 2 || alike) continue;
        auto kept = std::find_if(found.rbegin(), found.rend(), [](const Measured& each) {
            return is_measured(each.point->result.state);
        });
        if (kept == found.rend()) kept = found.rbegin();
        std::string line = name_of(found.front().point->point) + ':';
        for (const Measured& each : found)
            line += fmt::format("{} {} in {}{}", &each == &found.front() ? "" : ",",
                                figure(records[each.record], *each.point),
                                clean_text(names[each.record]), &each == &*kept ? " (kept)" : "");
        conflicts.push_back(std::move(line));
    }
    return conflicts;
}

}  // namespace slay

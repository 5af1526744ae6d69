#include "engine/core/run_record.h"

#include <algorithm>
#include <atomic>

#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

const std::vector<std::size_t>& indices_of(const auto& map, std::string_view key) {
    static const std::vector<std::size_t> none;
    const auto found = map.find(key);
    return found == map.end() ? none : found->second;
}

const auto* find_by(const auto& rows, std::string_view name, auto member) {
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const auto& each) { return each.*member == name; });
    return row == rows.end() ? nullptr : &*row;
}

std::uint64_t new_stamp() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

// What was in flight when a start ended was never finished. Without samples nothing of it is of
// that start.
void leave_in_flight(std::vector<RecordedPoint>& points) {
    for (RecordedPoint& point : points) {
        if (point.result.state != PointState::running) continue;
        point.result.state = PointState::pending;
        if (!point.samples.empty()) continue;
        point.session = 0;
        point.batch = 0;
    }
}

}  // namespace

void RunRecord::apply(const Event& event) {
    if (run_.empty())
        run_ = event.run;
    else if (event.run != run_)
        return;
    if (last_seq_ > 0 && event.seq <= last_seq_) return;
    last_seq_ = event.seq;
    seconds_ = event.seconds;

    if (const auto* started = std::get_if<RunStarted>(&event.body)) {
        start(*started);
    } else if (const auto* resumed = std::get_if<RunResumed>(&event.body)) {
        resumptions_.push_back(resumed->provenance);
        foreign_ = foreign_ || resumed->foreign;
        finished_ = false;
        reason_.clear();
        leave_in_flight(points_);
    } else if (const auto* begun = std::get_if<PointStarted>(&event.body)) {
        RecordedPoint& point = at(begun->point);
        point.result = {};
        point.result.state = PointState::running;
        point.samples.clear();
        point.session = resumptions_.size();
        point.batch = begun->batch;
    } else if (const auto* added = std::get_if<PointsAdded>(&event.body)) {
        grow(*added);
    } else if (const auto* reopened = std::get_if<PointReopened>(&event.body)) {
        reopen(*reopened);
    } else if (const auto* taken = std::get_if<SamplesTaken>(&event.body)) {
        RecordedPoint::Samples& samples = at(taken->point).samples[taken->metric];
        for (std::size_t i = 0; i < taken->values.size(); ++i) {
            samples.rounds.push_back(taken->first_round + static_cast<std::int64_t>(i));
            samples.values.push_back(taken->values[i]);
        }
    } else if (const auto* done = std::get_if<PointFinished>(&event.body)) {
        RecordedPoint& point = at(done->point);
        point.result = done->result;
        point.session = resumptions_.size();
    } else if (const auto* message = std::get_if<Message>(&event.body)) {
        messages_.push_back({event.seconds, message->severity, message->text});
    } else if (const auto* ended = std::get_if<RunFinished>(&event.body)) {
        finished_ = true;
        outcome_ = ended->outcome;
        reason_ = ended->reason;
        finished_at_ = ended->finished;
        leave_in_flight(points_);
    }
}

void RunRecord::start(const RunStarted& started) {
    plan_stamp_ = new_stamp();
    provenance_ = started.provenance;
    spec_ = started.plan.spec;
    variants_ = started.variants;
    metrics_ = started.metrics;
    // Results that came before their plan (its line was damaged) find their points by id.
    std::vector<RecordedPoint> earlier = std::move(points_);
    points_.clear();
    index_.clear();
    groups_.clear();
    series_.clear();
    for (const Point& point : started.plan.points) {
        if (!index_.emplace(point.id, points_.size()).second) continue;
        points_.push_back({point, {}, 0, {}});
    }
    for (RecordedPoint& known : earlier) {
        RecordedPoint& place = at(known.point.id);
        const bool planned = !place.point.experiment.empty();
        const Point point = planned ? place.point : known.point;
        place = std::move(known);
        place.point = point;
        place.added = place.added && !planned;
    }
    for (std::size_t i = 0; i < points_.size(); ++i) {
        groups_[points_[i].point.group].push_back(i);
        series_[series_key(points_[i].point)].push_back(i);
    }
    for (auto& [key, members] : series_)
        std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
            return points_[a].point.parameters.integer("length") <
                   points_[b].point.parameters.integer("length");
        });
}

void RunRecord::grow(const PointsAdded& added) {
    add_variants(added.variants);
    for (const Point& point : added.points) {
        if (point.id.empty()) continue;
        RecordedPoint& place = at(point.id);
        if (!place.point.experiment.empty()) continue;  // in the plan already
        place.point = point;
        place.added = true;
        place_in_series(index_.at(point.id));
    }
}

void RunRecord::place_in_series(std::size_t index) {
    const Point& point = points_[index].point;
    groups_[point.group].push_back(index);
    auto& members = series_[series_key(point)];
    const auto length = [&](std::size_t i) {
        return points_[i].point.parameters.integer("length");
    };
    members.insert(std::upper_bound(
                       members.begin(), members.end(), length(index),
                       [&](std::int64_t mine, std::size_t other) { return mine < length(other); }),
                   index);
}

// In the catalog's order, as a plan has them.
void RunRecord::add_variants(const std::vector<VariantInfo>& rows) {
    const auto rank = [](const VariantInfo& row) {
        const auto& catalog = variant_catalog();
        return std::find_if(catalog.begin(), catalog.end(),
                            [&](const VariantInfo& each) { return each.name == row.name; }) -
               catalog.begin();
    };
    for (const VariantInfo& row : rows) {
        if (variant(row.name)) continue;
        const auto place =
            std::find_if(variants_.begin(), variants_.end(),
                         [&](const VariantInfo& each) { return rank(each) > rank(row); });
        variants_.insert(place, row);
    }
}

void RunRecord::reopen(const PointReopened& reopened) {
    RecordedPoint& point = at(reopened.point);
    if (is_final(point.result.state))
        point.earlier.push_back({std::move(point.result), point.session, point.batch,
                                 std::move(point.samples), reopened.why});
    point.result = {};
    point.samples.clear();
    point.session = 0;
    point.batch = 0;
}

RecordedPoint& RunRecord::at(const std::string& point_id) {
    const auto [place, is_new] = index_.emplace(point_id, points_.size());
    if (is_new) {
        plan_stamp_ = new_stamp();
        points_.emplace_back();
        points_.back().point.id = point_id;
    }
    return points_[place->second];
}

bool side_by_side(const RecordedPoint& one, const RecordedPoint& other) {
    return one.point.group == other.point.group && one.session == other.session &&
           one.batch == other.batch;
}

RecordedPoint as_measured(const RecordedPoint& point, const RecordedPoint::Attempt& attempt) {
    return {point.point, attempt.result, attempt.session, attempt.samples, attempt.batch,
            {},          point.added};
}

const VariantInfo* RunRecord::variant(std::string_view name) const {
    return find_by(variants_, name, &VariantInfo::name);
}

const MetricInfo* RunRecord::metric(std::string_view id) const {
    return find_by(metrics_, id, &MetricInfo::id);
}

const RecordedPoint* RunRecord::find(std::string_view point_id) const {
    const auto found = index_.find(point_id);
    return found == index_.end() ? nullptr : &points_[found->second];
}

const std::vector<std::size_t>& RunRecord::group(std::string_view group_id) const {
    return indices_of(groups_, group_id);
}

const std::vector<std::size_t>& RunRecord::series(std::string_view key) const {
    return indices_of(series_, key);
}

const Provenance& RunRecord::origin(const RecordedPoint& point) const {
    if (point.session == 0 || point.session > resumptions_.size()) return provenance_;
    return resumptions_[point.session - 1];
}

std::size_t RunRecord::count(PointState state) const {
    return static_cast<std::size_t>(
        std::count_if(points_.begin(), points_.end(),
                      [&](const RecordedPoint& point) { return point.result.state == state; }));
}

}  // namespace slay

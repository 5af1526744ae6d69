#include "engine/core/merge_records.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/core/record_events.h"
#include "engine/core/units.h"

namespace slay {
namespace {

struct Origin {
    std::size_t record = 0, index = 0;  // into records, and into its points()
};

// Whether `now` takes the place of `then`.
bool replaces(const RecordedPoint& now, const RecordedPoint& then) {
    if (is_measured(now.result.state) != is_measured(then.result.state))
        return is_measured(now.result.state);
    return is_final(now.result.state) || !is_final(then.result.state);
}

template <typename Row>
void add_rows(std::vector<Row>& to, const std::vector<Row>& from, std::string Row::*key) {
    for (const Row& row : from)
        if (std::none_of(to.begin(), to.end(),
                         [&](const Row& known) { return known.*key == row.*key; }))
            to.push_back(row);
}

void add_words(std::vector<std::string>& to, const std::vector<std::string>& from) {
    for (const std::string& word : from)
        if (std::find(to.begin(), to.end(), word) == to.end()) to.push_back(word);
}

class Merge {
  public:
    explicit Merge(std::span<const RunRecord> records,
                   std::function<bool(const Point&)> keep = {})
        : records_(records), keep_(std::move(keep)) {}

    RunRecord run() {
        choose();
        apply(opening());
        for (std::size_t r = 0; r < records_.size(); ++r) add_record(r);
        RunFinished finished;
        for (const RunRecord& record : records_) {
            if (record.outcome() != RunOutcome::finished || !record.finished()) {
                finished.outcome = record.finished() ? record.outcome() : RunOutcome::cancelled;
                finished.reason = record.reason();
            }
            finished.finished = std::max(finished.finished, record.finished_at());
        }
        apply(std::move(finished));
        return std::move(merged_);
    }

  private:
    void apply(EventBody body) { merged_.apply({++seq_, name_, 0, std::move(body)}); }

    void choose() {
        for (std::size_t r = 0; r < records_.size(); ++r) {
            if (!name_.empty()) name_ += " + ";
            name_ += records_[r].run();
            const auto& points = records_[r].points();
            for (std::size_t i = 0; i < points.size(); ++i) {
                if (keep_ && !keep_(points[i].point)) continue;
                const auto [at, fresh] = chosen_.try_emplace(points[i].point.id, Origin{r, i});
                if (fresh) {
                    order_.push_back(points[i].point.id);
                    continue;
                }
                const Origin known = at->second;
                if (replaces(points[i], records_[known.record].points()[known.index]))
                    at->second = {r, i};
            }
        }
    }

    RunStarted opening() const {
        const RunRecord& first = records_.front();
        RunStarted started;
        started.provenance = first.provenance();
        started.plan.spec = first.spec();
        for (const RunRecord& record : records_) {
            add_rows(started.variants, record.variants(), &VariantInfo::name);
            add_rows(started.metrics, record.metrics(), &MetricInfo::id);
            SweepSpec& spec = started.plan.spec;
            add_words(spec.experiments, record.spec().experiments);
            add_words(spec.overlays, record.spec().overlays);
            if (&record != &first && spec.name != record.spec().name)
                spec.name += "+" + record.spec().name;
        }
        // Variants in the catalog's order, whichever run had them.
        std::stable_sort(
            started.variants.begin(), started.variants.end(),
            [](const VariantInfo& a, const VariantInfo& b) { return rank(a.name) < rank(b.name); });
        for (const std::string& id : order_) started.plan.points.push_back(point(id).point);
        if (keep_)
            std::erase_if(started.variants, [&](const VariantInfo& row) {
                return std::none_of(
                    started.plan.points.begin(), started.plan.points.end(),
                    [&](const Point& each) { return each.variant == row.name; });
            });
        return started;
    }

    static std::size_t rank(const std::string& variant) {
        const auto& rows = variant_catalog();
        return static_cast<std::size_t>(
            std::find_if(rows.begin(), rows.end(),
                         [&](const VariantInfo& row) { return row.name == variant; }) -
            rows.begin());
    }

    const RecordedPoint& point(const std::string& id) const {
        const Origin& origin = chosen_.at(id);
        return records_[origin.record].points()[origin.index];
    }

    void add_record(std::size_t index) {
        const RunRecord& record = records_[index];
        for (std::size_t session = 0; session <= record.resumptions().size(); ++session) {
            const Provenance& origin =
                session == 0 ? record.provenance() : record.resumptions()[session - 1];
            if (index > 0 || session > 0)
                apply(RunResumed{origin, !origin.same_origin(records_.front().provenance())});
            for (const RecordedPoint& each : record.points()) {
                const auto chosen = chosen_.find(each.point.id);
                if (chosen != chosen_.end() && chosen->second.record == index)
                    point_events(each, session, [this](EventBody body) { apply(std::move(body)); });
            }
        }
    }

    std::span<const RunRecord> records_;
    std::function<bool(const Point&)> keep_;  // empty: every point
    std::string name_;
    std::vector<std::string> order_;  // ids, as the runs have them
    std::map<std::string, Origin, std::less<>> chosen_;
    RunRecord merged_;
    std::uint64_t seq_ = 0;
};

}  // namespace

Result<RunRecord> merge_records(std::span<const RunRecord> records) {
    if (records.empty()) return Error{ErrorKind::usage, "there is no run to merge"};
    const Provenance& first = records.front().provenance();
    for (const RunRecord& record : records) {
        if (!record.started() || record.points().empty())
            return Error{ErrorKind::bad_data,
                         clean_text(record.run()) + ": has no plan; export it by itself"};
        const Provenance& here = record.provenance();
        if (here.device_name != first.device_name)
            return Error{ErrorKind::bad_data,
                         "the runs were measured on different devices (" +
                             clean_text(first.device_name) + ", " + clean_text(here.device_name) +
                             "), whose figures do not stand in one table: export them one by one"};
    }
    if (records.size() == 1) return records.front();
    return Merge(records).run();
}

RunRecord select_points(const RunRecord& record, const std::function<bool(const Point&)>& keep) {
    const auto& points = record.points();
    if (std::none_of(points.begin(), points.end(),
                     [&](const RecordedPoint& each) { return keep(each.point); }))
        return {};
    return Merge({&record, 1}, keep).run();
}

}  // namespace slay

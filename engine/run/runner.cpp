#include "engine/run/runner.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <thread>

#include "engine/core/experiment_info.h"
#include "engine/core/point_check.h"
#include "engine/core/time_budget.h"
#include "engine/core/time_stamp.h"
#include "engine/core/trusted_files.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "engine/run/event_log.h"
#include "engine/run/executor_choice.h"
#include "engine/run/group_queue.h"
#include "engine/run/group_run.h"
#include "engine/run/plan_grower.h"
#include "engine/run/run_requests.h"
#include "engine/run/side_by_side.h"

namespace slay {
namespace {

constexpr const char* results_path = "artifacts/benchmark_results.json";

bool has_journal(const std::string& folder) {
    struct stat info {};
    return stat(journal_of(folder).c_str(), &info) == 0 && info.st_size > 0;
}

double monotonic_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// The first line of the journal was lost with the plan.
bool lacks_plan(const RunRecord& record) {
    return record.spec().experiments.empty() || record.points().empty();
}

RunStarted opening(Plan plan, Provenance provenance) {
    RunStarted started;
    started.provenance = std::move(provenance);
    std::set<std::string> names;
    for (const Point& point : plan.points) names.insert(point.variant);
    for (const VariantInfo& row : variant_catalog())
        if (names.erase(row.name) > 0) started.variants.push_back(row);
    for (const std::string& name : names)  // the user's own
        if (const VariantInfo* row = find_variant(name)) started.variants.push_back(*row);
    started.metrics = metric_table();
    started.plan = std::move(plan);
    return started;
}

// Where the specs differ in what is measured and how; the name, the words, the device and the time
// budget may.
std::string first_difference(SweepSpec ours, const SweepSpec& recorded) {
    ours.name = recorded.name;
    ours.title = recorded.title;
    ours.description = recorded.description;
    ours.device = recorded.device;
    ours.overlays = recorded.overlays;
    ours.measurement.time_budget_minutes = recorded.measurement.time_budget_minutes;
    if (ours == recorded) return {};
    const nlohmann::json before = to_json(recorded), now = to_json(ours);
    const auto patch = nlohmann::json::diff(before, now);
    std::string where = patch.empty() ? "/" : patch.front().value("path", "/");
    if (where.ends_with("/-")) where.resize(where.size() - 2);  // more entries in a list
    return where;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        if (!text.empty()) text += "; ";
        text += line;
    }
    return text;
}

class Run {
  public:
    Run(const SweepSpec& spec, Executor& executor, RunControl& control, const RunOptions& options,
        const EventSink& sink)
        : spec_(spec), executor_(executor), control_(control), options_(options), sink_(sink) {}

    Result<RunRecord> operator()() {
        if (Status status = prepare(); !status) return status.error();
        if (log_) {
            const PauseEvents pause_events(control_, *log_);
            measure_groups();
            finish();
            if (const auto failure = log_->failure()) return *failure;
            record_ = log_->take_record();
        }
        if (Status status = write_results(); !status) return status.error();
        return std::move(record_);
    }

  private:
    // Turns pauses into events for as long as the run lasts: one, however many lanes wait.
    class PauseEvents {
      public:
        PauseEvents(RunControl& control, EventLog& log) : control_(control) {
            control_.set_pause_listener([this, &log](bool paused) {
                const std::lock_guard lock(mutex_);
                waiting_ += paused ? 1 : -1;
                if (paused && waiting_ == 1) log.emit(RunPaused{});
                if (!paused && waiting_ == 0) log.emit(RunContinued{});
            });
        }
        ~PauseEvents() { control_.set_pause_listener({}); }

      private:
        RunControl& control_;
        std::mutex mutex_;
        int waiting_ = 0;
    };

    // Device, plan, lock and journal, in the order in which a failure leaves the least behind.
    Status prepare() {
        if (options_.folder.empty())
            return Error{ErrorKind::usage, "no folder for the run was given"};
        if (Status allowed = take_own_files(); !allowed) return allowed;
        Result<DeviceInfo> device = executor_.resolve_device(spec_.device);
        if (!device) return device.error();
        device_ = std::move(*device);
        Result<Plan> plan = make_plan(spec_, device_.rates);
        if (!plan) return plan.error();
        if (!options_.shard.whole()) {
            auto groups = groups_of_shard(spec_, options_.shard);
            if (!groups) return groups.error();
            shard_groups_ = std::move(*groups);
            plan = only_groups(std::move(*plan), shard_groups_);
        }
        if (options_.resume)
            if (Status grows = journal_can_grow(options_.folder); !grows) return grows;
        Result<std::unique_ptr<FolderLock>> lock = FolderLock::take(options_.folder);
        if (!lock) return lock.error();
        lock_ = std::move(*lock);
        provenance_ = executor_.provenance(device_.id, spec_.measurement);
        if (const std::string reason = executor_.broken(); !reason.empty())
            return Error{ErrorKind::no_device, reason + "; start the program again"};

        for (const Point& point : plan->points) planned_.emplace(point.id, point);
        if (!has_journal(options_.folder)) return begin(std::move(*plan));
        if (!options_.resume)
            return Error{ErrorKind::cannot_create, clean_text(options_.folder) +
                                                       ": holds a run already; resume it "
                                                       "(--resume) or choose another folder"};
        return resume(std::move(*plan));
    }

    // Files with somebody's code: hashed, so that the record says which bytes were measured,
    // allowed by the user, and measured where they can do this process no harm.
    Status take_own_files() {
        if (own_files(spec_).empty()) return done();
        Result<SweepSpec> hashed = with_file_hashes(spec_);
        if (!hashed) return hashed.error();
        spec_ = std::move(*hashed);
        for (const OwnFile& file : untrusted_files(spec_, options_.trusted))
            return Error{ErrorKind::usage,
                         clean_text(file.path) +
                             " is somebody's code, which would run with your rights (in a worker "
                             "process): if you know what it does, allow it with --trust " +
                             file.sha256};
        if (!measures_elsewhere(executor_))
            return Error{ErrorKind::usage,
                         own_files(spec_).front().variant +
                             " is somebody's code: it is measured in a worker only "
                             "(--executor worker)"};
        return done();
    }

    Status open_log(const std::string& run) {
        Result<std::unique_ptr<JournalWriter>> journal = JournalWriter::open(options_.folder);
        if (!journal) return journal.error();
        log_.emplace(std::move(*journal), run, std::move(record_), sink_);
        return done();
    }

    Status log_status() const {
        if (const auto failure = log_->failure()) return *failure;
        return done();
    }

    Status begin(Plan plan) {
        if (Status status = open_log(new_run_id()); !status) return status;
        log_->emit(opening(std::move(plan), provenance_));
        warn_of_build();
        return log_status();
    }

    Status resume(Plan plan) {
        Result<JournalContent> content = read_journal(options_.folder);
        if (!content) {
            if (content.error().kind != ErrorKind::bad_data) return content.error();
            // Torn in its very first line: nothing was measured yet.
            return begin(std::move(plan));
        }
        record_ = std::move(content->record);
        const bool plan_lost = lacks_plan(record_);
        if (!plan_lost) {
            if (const std::string where = first_difference(spec_, record_.spec()); !where.empty())
                return Error{ErrorKind::bad_data,
                             clean_text(options_.folder) +
                                 ": was run from another preset (it differs at " + where +
                                 "): resume it with its own, or choose another folder"};
        }
        for (const RecordedPoint& point : record_.points())
            if (!shard_groups_.empty() && !plan_lost && !shard_groups_.contains(point.point.group))
                return Error{ErrorKind::bad_data,
                             fmt::format("{}: holds another part of the sweep than shard {}/{}: "
                                         "resume it as it was begun",
                                         clean_text(options_.folder), options_.shard.index,
                                         options_.shard.count)};
        const std::vector<std::string> differences =
            plan_lost ? std::vector<std::string>{}
                      : origin_differences(record_.provenance(), provenance_);
        const bool complete = !plan_lost && record_.finished() &&
                              record_.outcome() == RunOutcome::finished && !has_open_points() &&
                              !has_requests(options_.folder);
        if (complete) return done();  // only the results file is written again
        if (!differences.empty() && !options_.allow_foreign)
            return Error{ErrorKind::bad_data,
                         clean_text(options_.folder) +
                             ": was measured on another device or build (" + joined(differences) +
                             "): resume it there, or allow it to be resumed here "
                             "(--allow-foreign), which is then labelled"};

        if (Status checked = plan_lost ? done() : check_open_points(); !checked)
            return checked.error();

        const std::string run = record_.run();
        if (Status status = open_log(run); !status) return status;
        if (plan_lost) log_->emit(opening(std::move(plan), provenance_));
        log_->emit(RunResumed{provenance_, !differences.empty()});
        for (const std::string& skipped : content->skipped)
            log_->message(Severity::warning, "journal: " + skipped + " was skipped");
        if (plan_lost)
            log_->message(Severity::warning,
                          "the journal's plan was damaged and made again from the preset; where "
                          "its earlier points were measured is not known");
        if (!differences.empty())
            log_->message(Severity::warning,
                          "resumed on another device or build: " + joined(differences));
        warn_of_build();
        return log_status();
    }

    // A journal may be a stranger's: what is measured are points whose sizes were checked and whose
    // ids are no paths.
    Status check_open_points() const {
        for (const RecordedPoint& each : record_.points()) {
            if (is_final(each.result.state) || each.point.experiment.empty()) continue;
            if (planned_.contains(each.point.id)) continue;
            if (Status checked = check_point(each.point); !checked)
                return Error{ErrorKind::bad_data,
                             clean_text(options_.folder) +
                                 ": its journal leaves a point open that its preset does not give "
                                 "and that cannot be measured (" +
                                 clean_text(each.point.variant + ' ' + each.point.id, 100) + ": " +
                                 checked.error().message +
                                 "): it was changed, or is of another "
                                 "version of this program; start its preset anew"};
        }
        return done();
    }

    bool has_open_points() const {
        const RunRecord& record = log_ ? log_->record() : record_;
        for (const RecordedPoint& point : record.points())
            if (!is_final(point.result.state)) return true;
        return false;
    }

    void warn_of_build() {
        if (!provenance_.timings_meaningful)
            log_->message(Severity::warning, "this is a " + provenance_.build_type +
                                                 " build: its timings mean nothing");
    }

    // Lengths that did not fit here. Those of another device say nothing about this one.
    void note_known_limits(MemoryLimits& limits) const {
        const RunRecord& record = log_->record();
        for (const RecordedPoint& point : record.points())
            if (point.result.state == PointState::out_of_memory &&
                record.origin(point).same_origin(provenance_))
                limits.note(point.point);
    }

    // The open points in the plan's order, group by group.
    std::vector<std::vector<Point>> open_groups() const {
        std::vector<std::vector<Point>> groups;
        for (const RecordedPoint& recorded : log_->record().points()) {
            if (is_final(recorded.result.state)) continue;
            // A point without an experiment was in a damaged plan and not in the new one.
            const auto planned = planned_.find(recorded.point.id);
            const Point& point = planned == planned_.end() ? recorded.point : planned->second;
            if (point.experiment.empty()) continue;
            if (groups.empty() || groups.back().front().group != point.group) groups.emplace_back();
            groups.back().push_back(point);
        }
        return groups;
    }

    // Each lane takes the next group that nobody has, so that the points of one shape stay together
    // on one device. Requests that come meanwhile are taken up; those that come in the last moment
    // get another round.
    void measure_groups() {
        MemoryLimits limits;
        note_known_limits(limits);
        SweepSpec spec = log_->record().spec();
        spec.device = spec_.device;
        GroupQueue queue(open_groups());
        PlanGrower grower(options_.folder, *log_, queue, limits, spec_.measurement, device_.rates);
        grower.take_up();
        const std::size_t lanes = executor_.lanes(device_.id);
        do {
            grower.watch();
            {
                const auto measure = [&] { measure_lane(queue, grower, limits, spec, lanes); };
                std::vector<std::jthread> others;
                for (std::size_t lane = 1; lane < lanes; ++lane) others.emplace_back(measure);
                measure();
            }
            grower.stop();
        } while (!queue.empty() && !ends_early());
        if (lanes > 1) tell_cost_of_company(spec);
    }

    bool ends_early() const {
        return control_.stop_requested() || budget_spent_ || log_->failure().has_value() ||
               !executor_.broken().empty();
    }

    void measure_lane(GroupQueue& queue, PlanGrower& grower, MemoryLimits& limits,
                      const SweepSpec& spec, std::size_t lanes) {
        TimeBudget budget(spec_.measurement, device_.rates, monotonic_seconds);
        SweepSpec here = spec;
        for (;; grower.take_up()) {  // what was asked for during a group goes before the next
            const auto group = queue.take();
            if (!group) return;
            if (!control_.wait_while_paused() || log_->failure()) return;
            if (!executor_.broken().empty()) return;
            // What this lane has to expect: its share of the groups that are left.
            std::vector<Point> left = group->points;
            if (budget.limited()) {
                const auto waiting = queue.waiting();
                for (std::size_t i = lanes - 1; i < waiting.size(); i += lanes)
                    left.insert(left.end(), waiting[i].begin(), waiting[i].end());
            }
            BudgetCut cut;
            if (!budget.begin_group(left, group->points.size(), cut)) {
                if (!budget_spent_.exchange(true))
                    log_->message(Severity::warning, budget_message(open_points(queue, *group)));
                return;
            }
            here.measurement.point_seconds = cut.point_seconds;
            GroupRun run(without_unknown_files(group->points), group->batch, *log_, control_,
                         limits);
            run.run(executor_, here, device_.id, options_.folder);
            if (const auto began = run.began(); began && lanes > 1) {
                const std::lock_guard lock(measured_mutex_);
                measured_.push_back({group->points, *began, std::chrono::steady_clock::now()});
            }
            budget.end_group();
        }
    }

    // A journal, or a request to a run that goes on, may be a stranger's: a file that the preset
    // does not name was neither hashed nor allowed, and is not loaded.
    bool is_of_unknown_file(const Point& point) const {
        if (!is_own_variant(point.variant)) return false;
        const std::vector<OwnFile> known = own_files(spec_);
        return std::find(known.begin(), known.end(),
                         own_file_of(point.variant, point.parameters)) == known.end();
    }

    std::vector<Point> without_unknown_files(std::vector<Point> points) {
        std::erase_if(points, [&](const Point& point) {
            if (!is_of_unknown_file(point)) return false;
            log_->emit(PointFinished{
                point.id,
                {PointState::unsupported,
                 "Its file is none of those that the preset names: add it to the preset and run "
                 "that, so that it is asked about.",
                 {},
                 {}}});
            return true;
        });
        return points;
    }

    static std::size_t open_points(const GroupQueue& queue, const GroupQueue::Group& mine) {
        std::size_t count = mine.points.size();
        for (const auto& group : queue.waiting()) count += group.size();
        return count;
    }

    // Of the middle one of the groups that are timed, of those that others were measured beside.
    void tell_cost_of_company(const SweepSpec& spec) {
        if (control_.stop_requested() || budget_spent_ || !executor_.broken().empty()) return;
        const auto is_timed = [](const MeasuredGroup& group) {
            return group.points.front().experiment == "latency";
        };
        if (std::count_if(measured_.begin(), measured_.end(), is_timed) < 2) return;
        auto beside = measured_beside_others(measured_);
        std::erase_if(beside, [&](const MeasuredGroup* group) { return !is_timed(*group); });
        if (beside.empty()) {
            log_->message(Severity::info,
                          "No points were timed beside other devices for all of their time: what "
                          "measuring side by side costs is not known.");
            return;
        }
        std::vector<Point> sample = beside[beside.size() / 2]->points;
        std::erase_if(sample, [this](const Point& point) { return is_of_unknown_file(point); });
        if (sample.empty()) return;
        if (const auto cost =
                cost_of_company(log_->record(), sample, executor_, spec, device_.id, control_))
            log_->message(Severity::info, *cost);
    }

    std::string budget_message(std::size_t open) const {
        return fmt::format("the time budget of {} leaves {} {} open: resume the run to measure {}",
                           format_duration(60 * spec_.measurement.time_budget_minutes), open,
                           open == 1 ? "point" : "points", open == 1 ? "it" : "them");
    }

    void finish() {
        RunFinished finished;
        finished.finished = utc_now();
        if (std::string reason = executor_.broken(); !reason.empty() && has_open_points()) {
            finished.outcome = RunOutcome::failed;
            finished.reason = std::move(reason);
        } else if (control_.stop_requested() && has_open_points()) {
            finished.outcome = RunOutcome::cancelled;
            finished.reason = "stopped by the user";
        } else if (budget_spent_) {
            finished.outcome = RunOutcome::cancelled;
            finished.reason = "the time budget was spent: resume the run to measure the rest";
        }
        log_->emit(std::move(finished));
    }

    Status write_results() const {
        const std::string text = results_json(record_).dump(
            2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
        return write_file_below(options_.folder, results_path, text + '\n');
    }

    SweepSpec spec_;  // with the hashes of files
    Executor& executor_;
    RunControl& control_;
    const RunOptions& options_;
    const EventSink& sink_;
    DeviceInfo device_;
    std::map<std::string, Point, std::less<>> planned_;  // by id
    Provenance provenance_;
    std::unique_ptr<FolderLock> lock_;
    std::optional<EventLog> log_;  // absent when nothing is left to do
    RunRecord record_;
    std::atomic<bool> budget_spent_ = false;
    std::mutex measured_mutex_;
    std::vector<MeasuredGroup> measured_;  // with several lanes: as they ended
    std::set<std::string> shard_groups_;   // empty: all
};

}  // namespace

Result<RunRecord> run_spec(const SweepSpec& spec, Executor& executor, RunControl& control,
                           const RunOptions& options, const EventSink& sink) {
    try {
        return Run(spec, executor, control, options, sink)();
    } catch (const std::exception& error) {
        return Error{ErrorKind::internal, std::string("the run ended on a bug: ") + error.what()};
    }
}

Result<SweepSpec> spec_of_run(const std::string& folder) {
    const Result<JournalContent> content = read_journal(folder);
    if (!content) return content.error();
    if (content->record.spec().experiments.empty())
        return Error{ErrorKind::bad_data, clean_text(folder) +
                                              ": the first line of its journal is damaged: name "
                                              "the preset that it was run from"};
    return content->record.spec();
}

}  // namespace slay

#include "engine/run/job_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "engine/core/journal.h"
#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/merge_records.h"
#include "engine/core/metric.h"
#include "engine/core/record_events.h"
#include "engine/core/shard.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

namespace fs = std::filesystem;

constexpr const char* schema = "slay-job/1";
constexpr const char* note_name = "/job.json";
constexpr const char* preset_name = "/preset.json";

// The whole sweep, nothing of it measured, as a record of the device that the tasks are on.
RunRecord planned(Plan plan, const std::string& name, const Provenance& provenance, bool ended) {
    RunStarted started;
    started.provenance = provenance;
    started.metrics = metric_table();
    std::set<std::string> variants;
    for (const Point& point : plan.points)
        if (variants.insert(point.variant).second)
            if (const VariantInfo* row = find_variant(point.variant))
                started.variants.push_back(*row);
    started.plan = std::move(plan);
    RunRecord record;
    record.apply({1, name, 0, std::move(started)});
    if (ended) record.apply({2, name, 0, RunFinished{}});
    return record;
}

}  // namespace

Result<JobNote> read_job_note(const std::string& folder) {
    const std::string path = folder + note_name;
    const auto text = read_text_file(path, 65536);
    if (!text) return text.error();
    const auto json = parse_json(*text, path);
    if (!json) return json.error();
    JobNote note;
    if (!json->is_object() || text_member(*json, "schema") != schema)
        return Error{ErrorKind::bad_data, clean_text(path) + ": is no job of this program"};
    const std::int64_t shards = integer_member(*json, "shards");
    if (shards < 1 || shards > max_shards)
        return Error{ErrorKind::bad_data,
                     clean_text(path) + ": /shards: is none of 1 to " + std::to_string(max_shards)};
    note.shards = static_cast<int>(shards);
    note.slurm_id = clean_text(text_member(*json, "slurm_id"), 64);
    note.submitted = clean_text(text_member(*json, "submitted"), 64);
    return note;
}

Status write_job_note(const std::string& folder, const JobNote& note) {
    const Json json{{"schema", schema},
                    {"shards", note.shards},
                    {"slurm_id", note.slurm_id},
                    {"submitted", note.submitted}};
    return write_file_atomically(folder + note_name, json.dump(2) + '\n');
}

Status begin_job(const std::string& folder, const SweepSpec& spec, const JobNote& note) {
    std::error_code error;
    if (fs::exists(folder, error) &&
        (!fs::is_directory(folder, error) || !fs::is_empty(folder, error)))
        return Error{ErrorKind::cannot_create,
                     clean_text(folder) + " is there already and not empty: name another folder"};
    if (Status made = make_folder(folder); !made) return made;
    if (Status written = write_file_atomically(folder + preset_name, to_text(spec)); !written)
        return written;
    return write_job_note(folder, note);
}

bool is_job_folder(const std::string& folder) {
    std::error_code error;
    return fs::is_regular_file(folder + note_name, error) &&
           fs::is_regular_file(folder + preset_name, error);
}

std::uint64_t journal_bytes(const std::string& folder) {
    std::vector<std::string> folders = shard_folders(folder);
    folders.push_back(folder);
    std::uint64_t bytes = 0;
    for (const std::string& each : folders) {
        std::error_code error;
        const auto size = fs::file_size(journal_of(each), error);
        if (!error) bytes += size;
    }
    return bytes;
}

Result<JobContent> read_job(const std::string& folder) {
    JobContent job;
    auto note = read_job_note(folder);
    if (!note) return note.error();
    job.note = std::move(*note);
    const auto spec = read_spec(folder + preset_name);
    if (!spec) return spec.error();
    auto plan = make_plan(*spec);
    if (!plan) return plan.error();

    job.bytes = journal_bytes(folder);
    std::vector<RunRecord> records;
    std::vector<std::string> names;
    for (int index = 1; index <= job.note.shards; ++index) {
        const std::string shard = shard_folder(folder, index);
        auto content = read_journal(shard);
        if (!content) continue;  // not begun
        const std::string name = fs::path(shard).filename().string();
        for (const std::string& line : content->skipped) job.skipped.push_back(name + ": " + line);
        if (content->record.points().empty()) continue;  // more shards than groups
        ++job.begun;
        const bool ended =
            content->record.finished() && content->record.outcome() == RunOutcome::finished;
        job.finished += ended ? 1 : 0;
        records.push_back(std::move(content->record));
        names.push_back(name);
    }
    const Provenance origin = records.empty() ? Provenance{} : records.front().provenance();
    job.conflicts = merge_conflicts(records, names);
    const std::string run = fs::path(folder).lexically_normal().filename().string();
    records.insert(records.begin(), planned(std::move(*plan), run.empty() ? "job" : run, origin,
                                            job.finished == job.begun && job.begun > 0));
    auto merged = merge_records(records);
    if (!merged) return merged.error();
    job.record = std::move(*merged);
    return job;
}

}  // namespace slay

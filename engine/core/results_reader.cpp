#include "engine/core/results_reader.h"

#include <filesystem>

#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

using nlohmann::json;

constexpr const char* schema = "slay-results/1";
constexpr std::size_t max_results_bytes = std::size_t{512} << 20;
constexpr std::size_t max_reason = 16384;

PointResult result_of(const json& row) {
    PointResult result;
    const std::string state = text_member(row, "state");
    result.state = parse_point_state(state).value_or(PointState::failed);
    const json& reason = member(row, "reason");
    if (reason.is_string())
        result.reason = clean_text(reason.get_ref<const std::string&>(), max_reason);
    const json& metrics = member(row, "metrics");
    if (metrics.is_object())
        for (const auto& [id, value] : metrics.items())
            result.metrics[clean_text(id, 64)] = metric_value_from_json(value);
    const json& notes = member(row, "notes");
    if (notes.is_object())
        for (const auto& [id, value] : notes.items())
            if (value.is_string())
                result.notes[clean_text(id, 64)] = clean_text(value.get_ref<const std::string&>());
    return result;
}

// The device stands beside the parameters there; in a record it is of the provenance.
Point point_of(const json& row) {
    Point point = point_from_json(row);
    point.parameters.erase("device");
    return point;
}

}  // namespace

Result<RunRecord> parse_results(std::string_view text, const std::string& source) {
    const auto wrong = [&](const std::string& what) {
        return Error{ErrorKind::bad_data, clean_text(source) + ": " + what};
    };
    const Result<json> parsed = parse_json(text, source);
    if (!parsed) return parsed.error();
    const json& object = *parsed;
    if (!object.is_object()) return wrong("holds no JSON object");
    if (text_member(object, "schema") != schema)
        return wrong(std::string("/schema: expected \"") + schema +
                     "\", the results file of a run");
    const json& rows = member(object, "points");
    if (!rows.is_array() || rows.empty()) return wrong("/points: has no point");

    const json& run = member(object, "run");
    RunStarted started;
    started.provenance = provenance_from_json(run);
    if (auto spec = spec_from_json(member(object, "spec"), source))
        started.plan.spec = std::move(*spec);
    started.metrics = metric_table();
    std::vector<PointFinished> finished;
    for (const json& row : rows) {
        Point point = point_of(row);
        if (point.id.empty() || point.experiment.empty()) continue;
        finished.push_back({point.id, result_of(row)});
        started.plan.points.push_back(std::move(point));
    }
    for (const VariantInfo& variant : variant_catalog())
        for (const Point& point : started.plan.points)
            if (point.variant == variant.name) {
                started.variants.push_back(variant);
                break;
            }
    RunRecord record;
    std::uint64_t seq = 0;
    std::string name = text_member(run, "id");
    if (name.empty()) name = "results";
    const auto apply = [&](EventBody body) { record.apply({++seq, name, 0, std::move(body)}); };
    apply(std::move(started));
    for (PointFinished& each : finished)
        if (is_final(each.result.state)) apply(std::move(each));
    RunFinished end;
    end.finished = text_member(run, "finished");
    if (text_member(run, "outcome") != "finished") end.outcome = RunOutcome::cancelled;
    end.reason = text_member(run, "reason");
    apply(std::move(end));
    return record;
}

Result<JournalContent> read_run(const std::string& path) {
    std::error_code ignored;
    const std::filesystem::path file(path);
    const bool results =
        file.extension() == ".json" && !std::filesystem::is_directory(file, ignored);
    if (!results) return read_journal(path);
    const auto text = read_text_file(path, max_results_bytes);
    if (!text) return text.error();
    auto record = parse_results(*text, path);
    if (!record) return record.error();
    return JournalContent{std::move(*record), {}};
}

}  // namespace slay

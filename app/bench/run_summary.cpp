#include "app/bench/run_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "app/bench/findings_text.h"
#include "app/bench/point_names.h"
#include "app/bench/result_table.h"
#include "engine/core/units.h"

namespace slay::bench {
namespace {

constexpr std::size_t most_reasons = 20;

std::map<PointState, std::size_t> count_states(const RunRecord& record) {
    std::map<PointState, std::size_t> counts;
    for (const RecordedPoint& recorded : record.points()) ++counts[recorded.result.state];
    return counts;
}

std::string states_text(const RunRecord& record) {
    std::vector<std::string> parts;
    for (const auto& [state, count] : count_states(record)) {
        parts.push_back(fmt::format("{} {}", count, to_string(state)));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

// Points without a figure, grouped by what is said of them.
std::string unmeasured_text(const RunRecord& record, const PointNames& names) {
    std::string text;
    std::size_t lines = 0, passed_over = 0;
    for (const RecordedPoint& recorded : record.points()) {
        const PointResult& result = recorded.result;
        if (is_measured(result.state) || !is_final(result.state)) continue;
        if (++lines > most_reasons) {
            ++passed_over;
            continue;
        }
        text += fmt::format("  {}: {}{}{}\n", names.name(recorded.point), to_string(result.state),
                            result.reason.empty() ? "" : ": ", clean_text(result.reason));
    }
    if (passed_over > 0) text += fmt::format("  and {} more\n", passed_over);
    return text.empty() ? text : "Not measured:\n" + text + "\n";
}

nlohmann::ordered_json files_json(const std::vector<std::string>& files) {
    nlohmann::ordered_json json = {
        {"artifacts", nlohmann::ordered_json::array()},
        {"tables", nlohmann::ordered_json::array()},
        {"figures", nlohmann::ordered_json::array()},
    };
    for (const std::string& file : files) {
        json[std::filesystem::path(file).begin()->string()].push_back(file);
    }
    return json;
}

}  // namespace

bool all_measured(const RunRecord& record) {
    for (const auto& [state, count] : count_states(record)) {
        if (!is_measured(state) && state != PointState::unsupported) return false;
    }
    return true;
}

std::string summary_text(const RunRecord& record, const RunSummary& summary) {
    std::vector<Point> points;
    for (const RecordedPoint& recorded : record.points()) points.push_back(recorded.point);
    const PointNames names(points);
    std::string text;
    for (const std::string& experiment : record.spec().experiments) {
        text += result_tables(record, experiment, names);
    }
    text += unmeasured_text(record, names);
    const RunRecord* one = &record;
    for (const JudgedSet& judged : judge_all(std::span(&one, 1)))
        if (judged.shown()) text += findings_text(judged) + "\n";
    text += fmt::format("{}: {} points on {}: {} ({})\n", record.spec().name,
                        record.points().size(), record.provenance().device_name,
                        states_text(record), format_duration(summary.seconds));
    text += "  " + summary.folder + "\n";
    for (const std::string& file : summary.files) text += "    " + file + "\n";
    return text;
}

nlohmann::ordered_json summary_json(const RunRecord& record, const RunSummary& summary) {
    nlohmann::ordered_json states = nlohmann::ordered_json::object();
    for (const auto& [state, count] : count_states(record)) states[to_string(state)] = count;
    return {{"preset", record.spec().name},
            {"run", record.run()},
            {"folder", summary.folder},
            {"device", record.provenance().device},
            {"device_name", record.provenance().device_name},
            {"outcome", record.finished() ? to_string(record.outcome()) : "unfinished"},
            {"points", record.points().size()},
            {"states", std::move(states)},
            {"seconds", summary.seconds},
            {"files", files_json(summary.files)}};
}

}  // namespace slay::bench

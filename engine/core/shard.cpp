#include "engine/core/shard.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

namespace slay {
namespace {

constexpr std::string_view folder_prefix = "shard-";

// A whole number without a sign that is `text` and nothing else.
std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
        text.front() == '-')
        return std::nullopt;
    return value;
}

}  // namespace

std::optional<Shard> parse_shard(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size())
        return std::nullopt;
    const auto index = number(text.substr(0, slash)), count = number(text.substr(slash + 1));
    if (!index || !count || *count < 1 || *count > max_shards || *index < 1 || *index > *count)
        return std::nullopt;
    return Shard{*index, *count};
}

Result<std::set<std::string>> groups_of_shard(const SweepSpec& spec, const Shard& shard) {
    const Result<Plan> plan = make_plan(spec, DeviceRates{});
    if (!plan) return plan.error();
    std::map<std::string, double> seconds;
    for (const Point& point : plan->points) seconds[point.group] += point.prediction.seconds;
    std::vector<std::pair<std::string, double>> groups(seconds.begin(), seconds.end());
    std::stable_sort(groups.begin(), groups.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<double> load(static_cast<std::size_t>(shard.count), 0);
    std::set<std::string> mine;
    for (const auto& [group, cost] : groups) {
        const auto least = std::min_element(load.begin(), load.end());
        *least += cost;
        if (least - load.begin() == shard.index - 1) mine.insert(group);
    }
    return mine;
}

Plan only_groups(Plan plan, const std::set<std::string>& groups) {
    std::erase_if(plan.points, [&](const Point& point) { return !groups.contains(point.group); });
    plan.predicted_seconds = plan.predicted_peak_bytes = 0;
    for (const Point& point : plan.points) {
        plan.predicted_seconds += point.prediction.seconds;
        plan.predicted_peak_bytes = std::max(plan.predicted_peak_bytes, point.prediction.peak_bytes);
    }
    return plan;
}

std::string shard_folder(const std::string& job, int index) {
    return job + '/' + std::string(folder_prefix) + std::to_string(index);
}

std::vector<std::string> shard_folders(const std::string& job) {
    std::vector<int> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(job, error)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(folder_prefix) || !entry.is_directory(error)) continue;
        const auto index = number(std::string_view(name).substr(folder_prefix.size()));
        if (index && *index >= 1 && *index <= max_shards) found.push_back(*index);
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> folders;
    for (const int index : found) folders.push_back(shard_folder(job, index));
    return folders;
}

}  // namespace slay

#include "engine/measure/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

#include "engine/core/units.h"

namespace slay {
namespace {

constexpr double kShareOfFree = 0.8;

std::optional<double> meminfo_bytes(std::string_view key) {
    std::ifstream file("/proc/meminfo");
    std::string line;
    while (std::getline(file, line)) {
        if (line.compare(0, key.size(), key) != 0) continue;
        std::istringstream rest(line.substr(key.size() + 1));
        double kibibytes = 0;
        if (rest >> kibibytes) return kibibytes * 1024;
    }
    return std::nullopt;
}

// One number in a file of the control group; absent where it says "max" or there is no such file.
std::optional<double> number_in(const std::string& path) {
    std::ifstream file(path);
    double value = 0;
    if (file >> value) return value;
    return std::nullopt;
}

struct GroupMemory {
    double limit = 0, used = 0;
};

std::optional<GroupMemory> control_group_memory() {
    // Version 2, then version 1, as a container sees its own group.
    const std::string folder = "/sys/fs/cgroup/";
    auto limit = number_in(folder + "memory.max");
    auto used = number_in(folder + "memory.current");
    if (!limit) {
        limit = number_in(folder + "memory/memory.limit_in_bytes");
        used = number_in(folder + "memory/memory.usage_in_bytes");
    }
    // Version 1 writes "no limit" as a number near 2^63.
    if (!limit || !used || *limit > 4e18) return std::nullopt;
    return GroupMemory{*limit, *used};
}

}  // namespace

double host_memory_available() {
    const auto available = meminfo_bytes("MemAvailable");
    const auto group = control_group_memory();
    if (!group) return available.value_or(0);
    const double left = std::max(0.0, group->limit - group->used);
    return available ? std::min(*available, left) : left;
}

double host_memory_total() {
    const auto total = meminfo_bytes("MemTotal");
    const auto group = control_group_memory();
    if (!group) return total.value_or(0);
    return total ? std::min(*total, group->limit) : group->limit;
}

AdmissionLimit admission_limit(double budget_gb, double free_bytes) {
    AdmissionLimit limit;
    limit.budget_bytes = budget_gb * 1e9;
    limit.free_bytes = free_bytes;
    limit.bytes = std::min(limit.budget_bytes, kShareOfFree * free_bytes);
    return limit;
}

std::optional<std::string> refused_admission(const Point& point, const AdmissionLimit& limit) {
    const double needed = point.prediction.peak_bytes;
    if (needed <= limit.bytes) return std::nullopt;
    const std::string bound =
        limit.budget_bytes <= kShareOfFree * limit.free_bytes
            ? fmt::format("the memory budget is {}", format_bytes(limit.budget_bytes))
            : fmt::format("80 % of the {} that are free may be used",
                          format_bytes(limit.free_bytes));
    return fmt::format(
        "Admission limit: {} at L = {} is predicted to need {}, and {}. It was not run.",
        point.variant, format_count(static_cast<double>(point.parameters.integer("length"))),
        format_bytes(needed), bound);
}

}  // namespace slay

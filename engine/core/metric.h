// The metric table: each metric is described once, and plots, table, CSV and LaTeX read that row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slay {

enum class Better { lower, higher, neither };
std::string_view to_string(Better better);

struct MetricInfo {
    std::string id;       // "latency_ms"
    std::string heading;  // "Latency"
    std::string unit;     // "ms"; empty for a pure number
    int digits = 3;       // significant digits for people; 0: a count, 32,768
    Better better = Better::neither;
    std::string help;  // one sentence: what exactly was measured
    bool operator==(const MetricInfo&) const = default;
};

// Every metric an experiment may report, in the order in which tables show them.
const std::vector<MetricInfo>& metric_table();
const MetricInfo* find_metric(std::string_view id);

// `value` is the median or the measured figure; `low`/`high` its 95 % interval where it has one.
struct MetricValue {
    double value = 0;
    std::optional<double> low;
    std::optional<double> high;
    std::int64_t count = 1;  // samples behind it
    bool operator==(const MetricValue&) const = default;
};

}  // namespace slay

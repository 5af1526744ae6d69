#include "exports/legend_lines.h"

namespace slay {
namespace {

// "out of memory" where every failure is one, else "not measured".
std::string failure_words(const FigureData& data) {
    bool memory = false, other = false;
    for (const Series& series : data.series) {
        if (series.kind != SeriesKind::measured || series.hidden) continue;
        for (const UndrawnPoint& point : series.undrawn) {
            if (point.state == PointState::running) continue;
            (point.state == PointState::out_of_memory ? memory : other) = true;
        }
    }
    if (!memory && !other) return {};
    return other ? "not measured" : "out of memory";
}

// "paper, A100" of "SLAY (anchor) (paper, A100)".
std::string source_of(const std::string& label) {
    const auto open = label.rfind(" (");
    if (open == std::string::npos) return label;
    return label.substr(open + 2, label.size() - open - 3);
}

}  // namespace

std::vector<LegendLine> legend_lines(const FigureData& data, bool paper) {
    std::vector<LegendLine> lines;
    bool predicted = false;
    std::string published;
    for (const Series& series : data.series) {
        if (series.kind == SeriesKind::predicted) {
            predicted = predicted || !series.hidden;
            continue;
        }
        if (series.kind == SeriesKind::paper) {
            const std::string source = source_of(series.label);
            if (published.find(source) == std::string::npos)
                published += (published.empty() ? "" : "; ") + source;
            continue;
        }
        if (!series.in_legend) continue;
        if (series.kind == SeriesKind::front && !series.variant.empty()) continue;  // its points'
        if (paper && (series.hidden || (series.points.empty() && series.undrawn.empty()))) continue;
        lines.push_back({LegendMark::series, &series, series.label});
    }
    if (predicted) lines.push_back({LegendMark::predicted, nullptr, "predicted"});
    if (!published.empty()) lines.push_back({LegendMark::published, nullptr, published});
    if (!data.crossovers.empty())
        lines.push_back({LegendMark::crossover, nullptr, "falls below softmax"});
    const std::string failures = failure_words(data);
    if (!failures.empty()) lines.push_back({LegendMark::failure, nullptr, failures});
    return lines;
}

}  // namespace slay

#include <algorithm>

#include "engine/core/units.h"
#include "exports/latex_text.h"
#include "exports/legend_lines.h"
#include "exports/paper/report.h"

namespace slay {
namespace {

bool any_interval(const FigureData& data) {
    return std::any_of(data.series.begin(), data.series.end(), [](const Series& series) {
        return !series.hidden && !series.band && series.kind == SeriesKind::measured &&
               std::any_of(series.points.begin(), series.points.end(),
                           [](const FigurePoint& point) { return point.high.has_value(); });
    });
}

bool any_band(const FigureData& data) {
    return std::any_of(data.series.begin(), data.series.end(), [](const Series& series) {
        return series.band && !series.hidden &&
               std::any_of(series.points.begin(), series.points.end(),
                           [](const FigurePoint& point) { return point.low < point.high; });
    });
}

}  // namespace

std::string figure_caption(const FigureData& data, const RunRecord& record) {
    std::string out = latex_escape(data.title, 200);
    if (!data.subtitle.empty()) out += " (" + latex_escape(data.subtitle, 300) + ")";
    out += ": " + latex_escape(data.y.label, 100);
    if (!data.x.label.empty()) out += " against " + latex_escape(data.x.label, 100);
    out += '.';
    if (any_interval(data)) out += " Bars: 95\\,\\% intervals.";
    if (any_band(data)) out += " Bands: smallest to largest over seeds.";
    for (const LegendLine& line : legend_lines(data, true)) {
        if (line.mark == LegendMark::failure)
            out += line.label == "out of memory"
                       ? " Crosses: the first point of a curve that ran out of memory."
                       : " Crosses: the first point of a curve that was not measured.";
        if (line.mark == LegendMark::crossover)
            out += " Rings: where a curve falls below softmax for good.";
        if (line.mark == LegendMark::predicted) out += " Dotted: predicted by the cost model.";
        if (line.mark == LegendMark::published)
            out += " Thin curves: published figures (" + latex_escape(line.label, 200) + ").";
    }
    if (!data.slopes.empty() && data.x.log && data.y.log)
        out += " Grey lines: slopes to compare with.";
    if (!record.provenance().timings_meaningful)
        out += " Made by a debug or sanitizer build: its timings mean nothing.";
    return out;
}

}  // namespace slay

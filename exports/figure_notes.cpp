#include <fmt/format.h>

#include <algorithm>

#include "engine/core/units.h"
#include "exports/figure_parts.h"
#include "exports/panels.h"

namespace slay {
namespace {

// Consecutive failures of a curve for one reason are one note.
void note_undrawn(const Series& series, FigureData& data) {
    const ParameterValue zero = std::int64_t{0};
    std::string symbol = describe_parameter(data.x_parameter, zero);
    symbol = data.x.categories.empty() ? symbol.substr(0, symbol.find(" = ")) + " = " : "";
    for (std::size_t i = 0; i < series.undrawn.size();) {
        const UndrawnPoint& first = series.undrawn[i];
        if (first.state == PointState::running) {
            ++i;
            continue;
        }
        std::string places = data.x.place(first.x);
        std::size_t next = i + 1;
        while (next < series.undrawn.size() && series.undrawn[next].state == first.state) {
            places +=
                (next + 1 < series.undrawn.size() && series.undrawn[next + 1].state == first.state)
                    ? ", "
                    : " and ";
            places += data.x.place(series.undrawn[next].x);
            ++next;
        }
        std::string note =
            fmt::format("{} at {}{}: {}", series.label, symbol, places, to_string(first.state));
        const std::string reason = clean_text(first.reason, 300);
        if (!reason.empty()) note += ". " + reason;
        data.notes.push_back(note);
        i = next;
    }
}

}  // namespace

void add_notes(FigureData& data, const RunRecord& record, int not_positive, int cut_intervals) {
    for (const Series& series : data.series)
        if (series.kind == SeriesKind::measured) note_undrawn(series, data);
    std::size_t unconverged = 0;
    for (const Series& series : data.series)
        for (const FigurePoint& point : series.points)
            if (point.state == PointState::unconverged) ++unconverged;
    if (unconverged > 0)
        data.notes.push_back(fmt::format("{} {} unconverged: the interval is wider than asked for.",
                                         unconverged,
                                         unconverged == 1 ? "point is" : "points are"));
    if (not_positive > 0)
        data.notes.push_back(
            fmt::format("{} {} zero or negative and cannot be drawn on a logarithmic axis.",
                        not_positive, not_positive == 1 ? "value is" : "values are"));
    if (cut_intervals > 0)
        data.notes.push_back(fmt::format("{} to zero or below; only the upper half is drawn.",
                                         cut_intervals == 1
                                             ? "One interval reaches"
                                             : std::to_string(cut_intervals) + " intervals reach"));
    if (!record.provenance().timings_meaningful)
        data.notes.push_back("Made by a debug or sanitizer build: its timings mean nothing.");
    if (record.foreign())
        data.notes.push_back("Part of this run was measured on another device or build.");
}

}  // namespace slay

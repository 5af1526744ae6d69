#include "exports/figures/legend_entries.h"

#include "exports/figures/figure_marks.h"
#include "exports/figures/series_style.h"
#include "exports/legend_lines.h"

namespace slay {
namespace {

FigureLegend::Entry series_entry(const Series& series, const FigureTheme& theme) {
    Series shown = series;
    if (shown.join == Join::none) shown.join = Join::line;  // as its front is drawn
    QPen line = series_pen(shown, theme, Emphasis::normal);
    if (series.dots)
        line = series.kind == SeriesKind::measured ? QPen(Qt::NoPen)
                                                   : interval_pen(series, theme, Emphasis::normal);
    return {QString::fromStdString(series.id), QString::fromStdString(series.label), line,
            series_marker(shown, theme, Emphasis::normal), series.hidden};
}

}  // namespace

std::vector<FigureLegend::Entry> legend_entries(const FigureData& data, const FigureTheme& theme) {
    std::vector<FigureLegend::Entry> entries;
    Series sample;
    sample.style.colour = theme.muted.rgb() & 0xFFFFFF;
    sample.style.dark_colour = sample.style.colour;
    for (const LegendLine& line : legend_lines(data, theme.paper)) {
        const auto explain = [&](const QPen& pen, const QCPScatterStyle& marker) {
            entries.push_back({{}, QString::fromStdString(line.label), pen, marker, false});
        };
        switch (line.mark) {
            case LegendMark::series:
                entries.push_back(series_entry(*line.series, theme));
                break;
            case LegendMark::predicted:
                sample.kind = SeriesKind::predicted;
                explain(series_pen(sample, theme, Emphasis::normal),
                        QCPScatterStyle(QCPScatterStyle::ssNone));
                break;
            case LegendMark::published:
                sample.kind = SeriesKind::paper;
                explain(series_pen(sample, theme, Emphasis::normal),
                        series_marker(sample, theme, Emphasis::normal));
                break;
            case LegendMark::crossover:
                explain(QPen(Qt::NoPen), FigureMarks::crossover_marker(theme));
                break;
            case LegendMark::failure:
                explain(QPen(Qt::NoPen), FigureMarks::failure_marker(theme, theme.text));
                break;
        }
    }
    return entries;
}

}  // namespace slay

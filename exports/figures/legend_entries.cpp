#include "exports/figures/legend_entries.h"

#include "exports/figures/figure_marks.h"
#include "exports/figures/series_style.h"

namespace slay {
namespace {

// "out of memory" where every failure is one, else "not measured".
QString failure_words(const FigureData& data) {
    bool memory = false, other = false;
    for (const Series& series : data.series) {
        if (series.kind != SeriesKind::measured || series.hidden) continue;
        for (const UndrawnPoint& point : series.undrawn) {
            if (point.state == PointState::running) continue;
            (point.state == PointState::out_of_memory ? memory : other) = true;
        }
    }
    if (!memory && !other) return {};
    return other ? QStringLiteral("not measured") : QStringLiteral("out of memory");
}

}  // namespace

std::vector<FigureLegend::Entry> legend_entries(const FigureData& data, const FigureTheme& theme) {
    std::vector<FigureLegend::Entry> entries;
    bool predicted = false;
    QString paper;
    for (const Series& series : data.series) {
        if (series.kind == SeriesKind::predicted) {
            predicted = predicted || !series.hidden;
            continue;
        }
        if (series.kind == SeriesKind::paper) {
            const QString label = QString::fromStdString(series.label);
            const auto open = label.lastIndexOf(QStringLiteral(" ("));
            const QString source = open < 0 ? label : label.mid(open + 2).chopped(1);
            if (!paper.contains(source)) paper += (paper.isEmpty() ? "" : "; ") + source;
            continue;
        }
        if (!series.in_legend) continue;
        if (series.kind == SeriesKind::front && !series.variant.empty()) continue;  // its points'
        if (theme.paper && (series.hidden || (series.points.empty() && series.undrawn.empty())))
            continue;
        Series shown = series;
        if (shown.join == Join::none) shown.join = Join::line;  // as its front is drawn
        QPen line = series_pen(shown, theme, Emphasis::normal);
        if (series.dots)
            line = series.kind == SeriesKind::measured
                       ? QPen(Qt::NoPen)
                       : interval_pen(series, theme, Emphasis::normal);
        entries.push_back({QString::fromStdString(series.id), QString::fromStdString(series.label),
                           line, series_marker(shown, theme, Emphasis::normal), series.hidden});
    }
    const auto explain = [&](const QString& label, const QPen& pen, const QCPScatterStyle& marker) {
        entries.push_back({{}, label, pen, marker, false});
    };
    Series sample;
    sample.style.colour = theme.muted.rgb() & 0xFFFFFF;
    sample.style.dark_colour = sample.style.colour;
    if (predicted) {
        sample.kind = SeriesKind::predicted;
        explain(QStringLiteral("predicted"), series_pen(sample, theme, Emphasis::normal),
                QCPScatterStyle(QCPScatterStyle::ssNone));
    }
    if (!paper.isEmpty()) {
        sample.kind = SeriesKind::paper;
        explain(paper, series_pen(sample, theme, Emphasis::normal),
                series_marker(sample, theme, Emphasis::normal));
    }
    if (!data.crossovers.empty())
        explain(QStringLiteral("falls below softmax"), QPen(Qt::NoPen),
                FigureMarks::crossover_marker(theme));
    const QString failures = failure_words(data);
    if (!failures.isEmpty())
        explain(failures, QPen(Qt::NoPen), FigureMarks::failure_marker(theme, theme.text));
    return entries;
}

}  // namespace slay

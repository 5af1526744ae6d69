#include "exports/figures/figure_curves.h"

#include <algorithm>

#include "exports/figures/lean_graph.h"

namespace slay {
namespace {

const QString band_layer = QStringLiteral("bands");

bool same_points(const std::vector<FigurePoint>& a, const std::vector<FigurePoint>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const FigurePoint& p, const FigurePoint& q) {
                          return p.x == q.x && p.y == q.y && p.low == q.low && p.high == q.high;
                      });
}

// The front of all variants lies behind theirs.
bool is_backdrop(const Series& series) {
    return series.kind == SeriesKind::front && series.variant.empty();
}

}  // namespace

Emphasis FigureCurves::emphasis(const Series& series) const {
    if (highlighted_.isEmpty()) return Emphasis::normal;
    const bool this_one =
        highlighted_ == QString::fromStdString(series.id) ||
        (!series.variant.empty() &&
         highlighted_ == QStringLiteral("measured:") + QString::fromStdString(series.variant));
    return this_one ? Emphasis::strong : Emphasis::faint;
}

// Two edges with the ground between them filled, below every curve.
void FigureCurves::set_band(Curve& curve, const Series& series) const {
    if (!curve.lower) {
        if (!plot_->layer(band_layer))
            plot_->addLayer(band_layer, plot_->layer(QStringLiteral("main")),
                            QCustomPlot::limBelow);
        for (QPointer<QCPGraph>* edge : {&curve.lower, &curve.upper}) {
            *edge = new LeanGraph(plot_->xAxis, plot_->yAxis);
            (*edge)->setPen(Qt::NoPen);
            (*edge)->setScatterStyle(QCPScatterStyle::ssNone);
            (*edge)->setLayer(band_layer);
            (*edge)->removeFromLegend();
        }
        curve.upper->setChannelFillGraph(curve.lower);
    }
    QVector<double> keys, low, high;
    for (const FigurePoint& point : series.points) {
        keys.append(point.x);
        low.append(point.low.value_or(point.y));
        high.append(point.high.value_or(point.y));
    }
    curve.lower->setData(keys, low, true);
    curve.upper->setData(keys, high, true);
}

void FigureCurves::set_points(Curve& curve, const Series& series) const {
    QVector<double> keys, values, minus, plus;
    bool intervals = false;
    for (const FigurePoint& point : series.points) {
        keys.append(point.x);
        values.append(point.y);
        intervals = intervals || point.high.has_value();
        plus.append(point.high ? *point.high - point.y : 0);
        minus.append(point.low ? point.y - *point.low : 0);
    }
    curve.graph->setData(keys, values, true);
    curve.bars->setData(minus, plus);
    // In a cloud of points only those of its front have bars.
    const bool barred = series.join == Join::line ? series.kind == SeriesKind::measured
                                                  : series.kind == SeriesKind::front;
    curve.bars->setVisible(intervals && !series.hidden && !series.band && barred);
    if (series.band) set_band(curve, series);
    // About a dozen markers tell the curve apart; one on each sample would hide it.
    constexpr int markers = 12;
    const auto count = static_cast<int>(series.points.size());
    // Of thousands of points on a line markers run into each other.
    constexpr int most_markers = 250;
    const bool line = series.join == Join::line && !series.dots;
    curve.graph->setScatterSkip(series.band                    ? std::max(0, (count - 1) / markers)
                                : line && count > most_markers ? count / most_markers
                                                               : 0);
    // A level that holds for a category is a bar as wide as the points that stand at it.
    const bool level = series.dots && series.kind == SeriesKind::reference;
    curve.bars->setErrorType(level ? QCPErrorBars::etKeyError : QCPErrorBars::etValueError);
    if (!level) return;
    curve.bars->setData(QVector<double>(keys.size(), 0.45));
    curve.bars->setVisible(!series.hidden);
}

void FigureCurves::style(Curve& curve, const Series& series, const FigureTheme& theme) const {
    const Emphasis how = emphasis(series);
    curve.graph->setPen(series_pen(series, theme, how));
    curve.graph->setScatterStyle(series_marker(series, theme, how));
    const bool apart = series.dots || series.join == Join::none;
    curve.graph->setLineStyle(apart                        ? QCPGraph::lsNone
                              : series.join == Join::steps ? QCPGraph::lsStepLeft
                                                           : QCPGraph::lsLine);
    curve.graph->setVisible(!series.hidden);
    curve.graph->setLayer(is_backdrop(series)       ? QStringLiteral("grid")
                          : how == Emphasis::strong ? QStringLiteral("axes")
                                                    : QStringLiteral("main"));
    curve.bars->setPen(interval_pen(series, theme, how));
    const bool level = series.dots && series.kind == SeriesKind::reference;
    curve.bars->setWhiskerWidth(level ? 0 : theme.marker_size * (series.dots ? 0.4 : 0.8));
    if (level) curve.bars->setPen(interval_pen(series, theme, how));
    if (!curve.upper) return;
    const bool shown = !series.hidden && how != Emphasis::faint;
    curve.upper->setBrush(QBrush(blend(series_colour(series, theme, how), theme.ground, 0.8)));
    curve.upper->setVisible(shown);
    curve.lower->setVisible(shown);
}

FigureCurves::Curve FigureCurves::make_curve() const {
    Curve curve;
    curve.graph = new LeanGraph(plot_->xAxis, plot_->yAxis);
    curve.graph->setAdaptiveSampling(true);
    curve.graph->setAntialiased(true);
    curve.graph->setAntialiasedScatters(true);
    curve.graph->removeFromLegend();
    curve.bars = new QCPErrorBars(plot_->xAxis, plot_->yAxis);
    curve.bars->removeFromLegend();
    curve.bars->setDataPlottable(curve.graph);
    curve.bars->setErrorType(QCPErrorBars::etValueError);
    curve.bars->setSymbolGap(0);
    curve.bars->setAntialiased(false);
    return curve;
}

void FigureCurves::take(const FigureData& data, const FigureTheme& theme, bool restyle) {
    for (auto at = curves_.begin(); at != curves_.end();) {
        const bool stays =
            std::any_of(data.series.begin(), data.series.end(),
                        [&](const Series& series) { return series.id == at->first; });
        if (stays) {
            ++at;
            continue;
        }
        if (at->second.upper) {
            at->second.upper->setChannelFillGraph(nullptr);
            plot_->removePlottable(at->second.upper);
            plot_->removePlottable(at->second.lower);
        }
        plot_->removePlottable(at->second.bars);
        plot_->removePlottable(at->second.graph);
        at = curves_.erase(at);
    }
    for (const Series& series : data.series) {
        auto [at, fresh] = curves_.try_emplace(series.id);
        Curve& curve = at->second;
        if (fresh) curve = make_curve();
        const bool changed = fresh || !same_points(curve.shown.points, series.points) ||
                             curve.shown.hidden != series.hidden || curve.shown.band != series.band;
        if (changed) set_points(curve, series);
        if (fresh || restyle || curve.shown.hidden != series.hidden ||
            curve.shown.band != series.band || curve.shown.dots != series.dots ||
            !(curve.shown.style == series.style))
            style(curve, series, theme);
        if (changed) curve.shown = series;
    }
}

void FigureCurves::highlight(const QString& series, const FigureData& data,
                             const FigureTheme& theme) {
    highlighted_ = series;
    for (const Series& each : data.series) {
        const auto curve = curves_.find(each.id);
        if (curve != curves_.end()) style(curve->second, each, theme);
    }
}

}  // namespace slay

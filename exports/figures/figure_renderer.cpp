#include "exports/figures/figure_renderer.h"

#include <qcustomplot.h>

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "exports/figures/axis_tickers.h"
#include "exports/figures/figure_legend.h"
#include "exports/figures/figure_marks.h"
#include "exports/figures/series_style.h"

namespace slay {
namespace {

bool same_points(const std::vector<FigurePoint>& a, const std::vector<FigurePoint>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const FigurePoint& p, const FigurePoint& q) {
                          return p.x == q.x && p.y == q.y && p.low == q.low && p.high == q.high;
                      });
}

bool same_theme(const FigureTheme& a, const FigureTheme& b) {
    return a.ground == b.ground && a.text == b.text && a.dark == b.dark && a.paper == b.paper &&
           a.label_font == b.label_font && a.tick_font == b.tick_font && a.unit == b.unit &&
           a.curve_width == b.curve_width && a.legend_columns == b.legend_columns;
}

struct Curve {
    QPointer<QCPGraph> graph;
    QPointer<QCPErrorBars> bars;
    Series shown;  // what the graph holds
};

void set_points(Curve& curve, const Series& series) {
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
    curve.bars->setVisible(intervals && !series.hidden && series.kind == SeriesKind::measured);
}

}  // namespace

struct FigureRenderer::Parts {
    QPointer<QCustomPlot> plot;
    QPointer<FigureLegend> legend;
    QPointer<FigureMarks> marks;
    QSharedPointer<DoublingTicker> doubling{new DoublingTicker};
    QSharedPointer<DecadeTicker> decades{new DecadeTicker};
    QSharedPointer<DecadeTicker> decades_x{new DecadeTicker};
    std::map<std::string, Curve> curves;
    FigureData data;
    FigureTheme theme;
    QString highlighted;
    QMetaObject::Connection before_replot;
    bool styled = false;
    bool beside = false;

    Emphasis emphasis(const Series& series) const {
        if (highlighted.isEmpty()) return Emphasis::normal;
        const bool this_one =
            highlighted == QString::fromStdString(series.id) ||
            (!series.variant.empty() &&
             highlighted == QStringLiteral("measured:") + QString::fromStdString(series.variant));
        return this_one ? Emphasis::strong : Emphasis::faint;
    }

    void style_axis(QCPAxis* axis, bool grid) const {
        const double unit = theme.unit;
        const QPen pen(theme.axis, theme.axis_width);
        axis->setBasePen(pen);
        axis->setTickPen(pen);
        axis->setSubTickPen(QPen(theme.axis, theme.axis_width * 0.7));
        axis->setTickLength(0, qRound((theme.paper ? 2.6 : 5) * unit));
        axis->setSubTickLength(0, qRound((theme.paper ? 1.5 : 3) * unit));
        axis->setTickLabelFont(theme.tick_font);
        axis->setTickLabelColor(theme.text);
        axis->setLabelFont(theme.label_font);
        axis->setLabelColor(theme.text);
        axis->setTickLabelPadding(qRound((theme.paper ? 2 : 4) * unit));
        axis->setLabelPadding(qRound((theme.paper ? 2 : 5) * unit));
        axis->setPadding(0);
        axis->setNumberFormat(QStringLiteral("eb"));
        axis->setNumberPrecision(0);
        axis->grid()->setPen(QPen(theme.grid, theme.grid_width));
        axis->grid()->setZeroLinePen(Qt::NoPen);
        axis->grid()->setSubGridVisible(false);
        axis->grid()->setVisible(grid);
    }

    void style_plot() {
        plot->setBackground(QBrush(theme.ground));
        style_axis(plot->xAxis, false);
        style_axis(plot->yAxis, true);
        // Above: half a tick label, which an axis leaves out when it would be cut.
        const int top = qRound(QFontMetricsF(theme.tick_font).height() * 0.55);
        const int right = qRound((theme.paper ? 5 : 8) * theme.unit);
        plot->axisRect()->setMinimumMargins(QMargins(0, top, right, 0));
        plot->plotLayout()->setRowSpacing(theme.paper ? 0 : 2);
        plot->plotLayout()->setColumnSpacing(0);
        const int edge = qRound((theme.paper ? 1 : 8) * theme.unit);
        plot->plotLayout()->setMargins(QMargins(edge, edge / 2, edge / 2, edge));
        styled = true;
    }

    void style_curve(Curve& curve, const Series& series) const {
        const Emphasis how = emphasis(series);
        curve.graph->setPen(series_pen(series, theme, how));
        curve.graph->setScatterStyle(series_marker(series, theme, how));
        curve.graph->setVisible(!series.hidden);
        curve.graph->setLayer(how == Emphasis::strong ? QStringLiteral("axes")
                                                      : QStringLiteral("main"));
        curve.bars->setPen(interval_pen(series, theme, how));
        curve.bars->setWhiskerWidth(theme.marker_size * 0.8);
    }

    Curve make_curve() const {
        Curve curve;
        curve.graph = plot->addGraph();
        curve.graph->setAdaptiveSampling(true);
        curve.graph->setLineStyle(QCPGraph::lsLine);
        curve.graph->setAntialiased(true);
        curve.graph->setAntialiasedScatters(true);
        curve.graph->removeFromLegend();
        curve.bars = new QCPErrorBars(plot->xAxis, plot->yAxis);
        curve.bars->removeFromLegend();
        curve.bars->setDataPlottable(curve.graph);
        curve.bars->setErrorType(QCPErrorBars::etValueError);
        curve.bars->setSymbolGap(0);
        curve.bars->setAntialiased(false);
        return curve;
    }

    void take_series(bool restyle) {
        for (auto at = curves.begin(); at != curves.end();) {
            const bool stays =
                std::any_of(data.series.begin(), data.series.end(),
                            [&](const Series& series) { return series.id == at->first; });
            if (stays) {
                ++at;
                continue;
            }
            plot->removePlottable(at->second.bars);
            plot->removePlottable(at->second.graph);
            at = curves.erase(at);
        }
        for (const Series& series : data.series) {
            auto [at, fresh] = curves.try_emplace(series.id);
            Curve& curve = at->second;
            if (fresh) curve = make_curve();
            const bool changed = fresh || !same_points(curve.shown.points, series.points) ||
                                 curve.shown.hidden != series.hidden;
            if (changed) set_points(curve, series);
            if (fresh || restyle || curve.shown.hidden != series.hidden ||
                !(curve.shown.style == series.style))
                style_curve(curve, series);
            if (changed) curve.shown = series;
        }
    }

    void set_scale(QCPAxis* axis, const FigureAxis& from, bool lengths) {
        axis->setLabel(QString::fromStdString(from.label));
        axis->setScaleType(from.log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        if (!from.log) {
            QSharedPointer<QCPAxisTicker> plain(new QCPAxisTicker);
            axis->setTicker(plain);
            axis->setNumberFormat(QStringLiteral("gb"));
            axis->setNumberPrecision(6);
            axis->setSubTicks(true);
            return;
        }
        axis->setNumberFormat(QStringLiteral("eb"));
        axis->setNumberPrecision(0);
        if (lengths)
            axis->setTicker(doubling);
        else
            axis->setTicker(axis == plot->xAxis ? decades_x : decades);
        axis->setSubTicks(!lengths);
    }

    void set_axes() {
        QVector<double> places;
        for (const Series& series : data.series) {
            if (series.kind != SeriesKind::measured) continue;
            for (const FigurePoint& point : series.points) places.append(point.x);
            for (const UndrawnPoint& point : series.undrawn) places.append(point.x);
        }
        if (places.isEmpty() && data.x.low <= data.x.high) places = {data.x.low, data.x.high};
        set_scale(plot->xAxis, data.x, data.x.log && doubles(places));
        set_scale(plot->yAxis, data.y, false);
    }

    void follow_data() {
        if (data.x.low <= data.x.high) {
            if (data.x.log) {
                const double pad = std::max(1.08, std::pow(data.x.high / data.x.low, 0.035));
                plot->xAxis->setRange(data.x.low / pad, data.x.high * pad);
            } else {
                const double pad = std::max((data.x.high - data.x.low) * 0.04, 1e-9);
                plot->xAxis->setRange(data.x.low - pad, data.x.high + pad);
            }
        } else {
            plot->xAxis->setRange(data.x.log ? QCPRange(1, 10) : QCPRange(0, 1));
        }
        // A band at the top for the marks of what failed.
        double high = data.y.high;
        const double share = 0.07 * failure_levels();
        if (share > 0 && data.y.low <= data.y.high)
            high = data.y.log ? high * std::pow(std::max(3.0, high / data.y.low), share)
                              : high + (high - data.y.low) * share;
        plot->yAxis->setRange(stepped_range(data.y.low, high, data.y.log));
    }

    // How many first failures stand above each other, at most.
    int failure_levels() const {
        std::map<double, int> stacked;
        int levels = 0;
        for (const Series& series : data.series) {
            if (series.kind != SeriesKind::measured || series.hidden) continue;
            const auto first =
                std::find_if(series.undrawn.begin(), series.undrawn.end(),
                             [](const UndrawnPoint& p) { return p.state != PointState::running; });
            if (first != series.undrawn.end()) levels = std::max(levels, ++stacked[first->x]);
        }
        return std::min(levels, 4);
    }

    // As many labels of lengths as stand apart.
    void set_label_room() {
        const double width =
            QFontMetricsF(theme.tick_font).horizontalAdvance(QStringLiteral("128K")) * 1.35;
        const int viewport = plot->viewport().width();
        const double room = std::max(60.0, viewport * (beside ? 0.7 : 0.85));
        doubling->set_label_room(std::max(2, static_cast<int>(room / std::max(1.0, width))));
    }

    void set_legend() {
        std::vector<FigureLegend::Entry> entries;
        bool predicted = false;
        QString paper;
        QPen paper_pen, predicted_pen;
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
            if (theme.paper && (series.hidden || (series.points.empty() && series.undrawn.empty())))
                continue;
            entries.push_back({QString::fromStdString(series.id),
                               QString::fromStdString(series.label),
                               series_pen(series, theme, Emphasis::normal),
                               series_marker(series, theme, Emphasis::normal), series.hidden});
        }
        const auto explain = [&](const QString& label, const QPen& pen,
                                 const QCPScatterStyle& marker) {
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
        const QString failures = failure_words();
        if (!failures.isEmpty())
            explain(failures, QPen(Qt::NoPen), FigureMarks::failure_marker(theme, theme.text));
        legend->set_entries(std::move(entries), theme);
    }

    // "out of memory" where every failure is one, else "not measured".
    QString failure_words() const {
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

    // Beside the axes where there is room for it, below them elsewhere.
    void place_legend() {
        const QSize need = legend->beside_size();
        const QRect view = plot->viewport();
        const bool want = !theme.paper && !legend->empty() && view.width() > 3.2 * need.width() &&
                          view.height() > need.height();
        if (want == beside && legend->layout()) return;
        beside = want;
        if (legend->layout()) legend->layout()->take(legend);
        plot->plotLayout()->simplify();
        legend->set_beside(beside);
        plot->plotLayout()->addElement(beside ? 0 : 1, beside ? 1 : 0, legend);
        legend->setLayer(QStringLiteral("legend"));
        set_legend();
    }
};

FigureRenderer::FigureRenderer(QCustomPlot* plot) : parts_(std::make_unique<Parts>()) {
    Parts& parts = *parts_;
    parts.plot = plot;
    plot->setNoAntialiasingOnDrag(true);
    plot->setPlottingHint(QCP::phFastPolylines, false);
    plot->setAntialiasedElements(QCP::aePlottables | QCP::aeItems | QCP::aeScatters);
    plot->legend->setVisible(false);
    plot->setAutoAddPlottableToLegend(false);
    parts.legend = new FigureLegend(plot);
    parts.marks = new FigureMarks(plot);
    // The size of the widget may have changed since.
    parts.before_replot = QObject::connect(plot, &QCustomPlot::beforeReplot, plot, [&parts] {
        if (!parts.styled) return;
        parts.place_legend();
        parts.set_label_room();
    });
}

FigureRenderer::~FigureRenderer() {
    if (!parts_->plot) return;
    QObject::disconnect(parts_->before_replot);
    if (parts_->marks) parts_->marks->set_figure(nullptr, parts_->theme);
}

void FigureRenderer::show(const FigureData& data, const FigureTheme& theme, bool replot) {
    Parts& parts = *parts_;
    const bool restyle = !parts.styled || !same_theme(parts.theme, theme);
    const bool other_figure = parts.data.id != data.id || parts.data.panel.id != data.panel.id ||
                              parts.data.x_parameter != data.x_parameter ||
                              parts.data.metric != data.metric || parts.data.x.log != data.x.log ||
                              parts.data.y.log != data.y.log;
    parts.data = data;
    parts.theme = theme;
    if (restyle) parts.style_plot();
    if (other_figure) held_ = false;
    parts.take_series(restyle);
    parts.set_axes();
    if (!held_) parts.follow_data();
    parts.marks->set_figure(&parts.data, theme);
    parts.set_legend();
    parts.place_legend();
    parts.set_label_room();
    if (replot) parts.plot->replot(QCustomPlot::rpQueuedReplot);
}

void FigureRenderer::reset_view() {
    held_ = false;
    parts_->follow_data();
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void FigureRenderer::highlight(const QString& series) {
    if (parts_->highlighted == series) return;
    parts_->highlighted = series;
    for (const Series& each : parts_->data.series) {
        const auto curve = parts_->curves.find(each.id);
        if (curve != parts_->curves.end()) parts_->style_curve(curve->second, each);
    }
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

std::optional<FigureRenderer::Hit> FigureRenderer::point_near(QPointF position,
                                                              double reach) const {
    const Parts& parts = *parts_;
    if (!parts.plot->axisRect()->rect().contains(position.toPoint())) return std::nullopt;
    std::optional<Hit> hit;
    double nearest = reach;
    for (const Series& series : parts.data.series) {
        if (series.hidden) continue;
        for (const FigurePoint& point : series.points) {
            const QPointF at(parts.plot->xAxis->coordToPixel(point.x),
                             parts.plot->yAxis->coordToPixel(point.y));
            const double away = std::hypot(at.x() - position.x(), at.y() - position.y());
            if (away > nearest) continue;
            nearest = away;
            hit = Hit{QString::fromStdString(series.id), QString::fromStdString(series.label),
                      point, at};
        }
    }
    return hit;
}

QString FigureRenderer::describe(const Hit& hit) const {
    const FigureData& data = parts_->data;
    const ParameterInfo* parameter = find_parameter(data.x_parameter);
    const MetricInfo* metric = find_metric(data.metric);
    const QString symbol = QString::fromStdString(
        parameter && !parameter->symbol.empty() ? parameter->symbol : data.x_parameter);
    const QString unit =
        metric && !metric->unit.empty() ? ' ' + QString::fromStdString(metric->unit) : QString();
    const int digits = metric ? metric->digits : 3;
    const auto number = [&](double value) {
        return QString::fromStdString(format_number(value, digits));
    };
    const double x = hit.point.x;
    const QString place =
        QString::fromStdString(x == std::floor(x) ? format_count(x) : format_number(x, 3));
    QString text = QStringLiteral("%1   %2 = %3: %4%5")
                       .arg(hit.label, symbol, place, number(hit.point.y), unit);
    if (hit.point.low && hit.point.high)
        text += QStringLiteral(" [%1, %2]").arg(number(*hit.point.low), number(*hit.point.high));
    if (hit.point.count > 1) text += QStringLiteral(", n = %1").arg(hit.point.count);
    if (hit.point.state == PointState::unconverged) text += QStringLiteral(", unconverged");
    return text;
}

std::optional<QString> FigureRenderer::legend_entry_at(QPointF position) const {
    const QString series = parts_->legend->series_at(position);
    if (series.isEmpty()) return std::nullopt;
    return series;
}

const FigureData& FigureRenderer::data() const {
    return parts_->data;
}

}  // namespace slay

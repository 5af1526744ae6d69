#include "exports/figures/figure_renderer.h"

#include <qcustomplot.h>

#include <cmath>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "exports/figure_room.h"
#include "exports/figures/figure_axes.h"
#include "exports/figures/figure_curves.h"
#include "exports/figures/figure_legend.h"
#include "exports/figures/figure_map.h"
#include "exports/figures/figure_marks.h"
#include "exports/figures/legend_entries.h"
#include "exports/trade_offs.h"

namespace slay {
namespace {

bool same_theme(const FigureTheme& a, const FigureTheme& b) {
    return a.ground == b.ground && a.text == b.text && a.dark == b.dark && a.paper == b.paper &&
           a.label_font == b.label_font && a.tick_font == b.tick_font && a.unit == b.unit &&
           a.curve_width == b.curve_width && a.legend_columns == b.legend_columns &&
           a.legend == b.legend;
}

// "SLAY (anchor)   R = 2, M = 16, P = 32", below it the two figures, below them the rest.
QString describe_trade_off(const FigureRenderer::Hit& hit, const FigureData& data) {
    const auto text = [](const std::string& id, double value) {
        const MetricInfo* metric = find_metric(id);
        MetricInfo bare;
        bare.heading = id;
        return describe_metric(metric ? *metric : bare, value);
    };
    const FigurePoint& point = hit.point;
    std::string out = point.budget.empty() ? std::string() : "   " + point.budget;
    out += '\n' + text(data.metric, point.y);
    if (point.low && point.high)
        out += " [" + format_number(*point.low, 3) + ", " + format_number(*point.high, 3) + "]";
    if (point.count > 1) out += ", n = " + std::to_string(point.count);
    out += '\n' + text(data.x_parameter, point.x);
    if (point.state == PointState::unconverged) out += " (unconverged)";
    if (!point.beside.empty()) out += ", " + point.beside;
    return hit.label + QString::fromStdString(out);
}

}  // namespace

struct FigureRenderer::Parts {
    explicit Parts(QCustomPlot* on) : plot(on), curves(on), axes(on), map(on) {}

    QPointer<QCustomPlot> plot;
    QPointer<FigureLegend> legend;
    QPointer<FigureMarks> marks;
    FigureCurves curves;
    FigureAxes axes;
    FigureMapLayer map;
    FigureData data;
    FigureTheme theme;
    QMetaObject::Connection before_replot;
    bool styled = false;
    std::optional<LegendPlace> placed;  // of the legend, once it has one

    bool beside() const { return placed == LegendPlace::right; }

    // Beside the axes where there is room for it, below them elsewhere; on paper where it is asked
    // for, but inside the axes only where it covers nothing.
    void place_legend() {
        const QSize need = legend->beside_size();
        const QRect view = plot->viewport();
        LegendPlace want = LegendPlace::below;
        if (theme.paper)
            want = theme.legend;
        else if (!legend->empty() && view.width() > 3.2 * need.width() &&
                 view.height() > need.height())
            want = LegendPlace::right;
        if (want == LegendPlace::inside) {
            if (place_inside()) return;
            want = LegendPlace::below;
        }
        if (want == placed && legend->layout()) return;
        take_legend();
        placed = want;
        legend->set_stand(beside() ? FigureLegend::Stand::beside : FigureLegend::Stand::across);
        const bool above = theme.paper && want == LegendPlace::above;
        if (above) plot->plotLayout()->insertRow(0);
        plot->plotLayout()->addElement(beside() || above ? 0 : 1, beside() ? 1 : 0, legend);
        legend->setLayer(QStringLiteral("legend"));
        legend->set_entries(entries(), theme);
        marks->set_reserved({});
    }

    void take_legend() {
        if (legend->layout()) legend->layout()->take(legend);
        plot->plotLayout()->simplify();
    }

    // Whether there is a place inside the axes; the legend stands there then.
    bool place_inside() {
        take_legend();
        axes.set_label_room(theme, false);
        for (const auto phase : {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins,
                                 QCPLayoutElement::upLayout})
            plot->plotLayout()->update(phase);
        const QRect box = plot->axisRect()->rect();
        if (legend->empty() || box.isEmpty()) return false;
        std::vector<AreaSize> forms;
        for (int columns = 1; columns <= legend->most_columns(); ++columns) {
            const QSize size = legend->inside_size(columns);
            forms.push_back({double(size.width()), double(size.height())});
        }
        const FigureRoom room(data, {double(box.width()), double(box.height())},
                              {plot->xAxis->range().lower, plot->xAxis->range().upper},
                              {plot->yAxis->range().lower, plot->yAxis->range().upper}, theme.unit);
        const auto place = room.legend(forms);
        if (!place) return false;
        placed = LegendPlace::inside;
        legend->set_stand(FigureLegend::Stand::inside, static_cast<int>(place->form) + 1);
        legend->set_entries(entries(), theme);
        const AreaBox& at = place->box;
        plot->axisRect()->insetLayout()->addElement(
            legend, QRectF(at.left / box.width(), at.top / box.height(), at.width / box.width(),
                           at.height / box.height()));
        legend->setLayer(QStringLiteral("legend"));
        marks->set_reserved(at);
        return true;
    }

    std::vector<FigureLegend::Entry> entries() const {
        if (theme.paper && theme.legend == LegendPlace::none) return {};
        return legend_entries(data, theme);
    }
};

FigureRenderer::FigureRenderer(QCustomPlot* plot) : parts_(std::make_unique<Parts>(plot)) {
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
        parts.axes.set_label_room(parts.theme, parts.beside());
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
    if (restyle) parts.axes.style(theme);
    parts.styled = true;
    if (other_figure) held_ = false;
    parts.curves.take(data, theme, restyle);
    parts.map.take(data, theme);
    parts.axes.set_scales(data);
    if (!held_) parts.axes.follow(data);
    parts.marks->set_figure(&parts.data, theme);
    parts.legend->set_entries(parts.entries(), theme);
    parts.place_legend();
    parts.axes.set_label_room(parts.theme, parts.beside());
    if (replot) parts.plot->replot(QCustomPlot::rpQueuedReplot);
}

void FigureRenderer::reset_view() {
    held_ = false;
    parts_->axes.follow(parts_->data);
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void FigureRenderer::highlight(const QString& series) {
    if (parts_->curves.highlighted() == series) return;
    parts_->curves.highlight(series, parts_->data, parts_->theme);
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

std::optional<FigureRenderer::Hit> FigureRenderer::point_near(QPointF position,
                                                              double reach) const {
    const Parts& parts = *parts_;
    if (!parts.plot->axisRect()->rect().contains(position.toPoint())) return std::nullopt;
    std::optional<Hit> hit;
    double nearest = reach;
    for (const Series& series : parts.data.series) {
        const bool backdrop = series.kind == SeriesKind::front && series.variant.empty();
        if (series.hidden || backdrop) continue;
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
    if (data.x_is_metric) return describe_trade_off(hit, data);
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
    const QString place = QString::fromStdString(data.x.place(hit.point.x));
    const QString at = data.x.categories.empty() ? symbol + QStringLiteral(" = ") + place : place;
    QString text = QStringLiteral("%1   %2: %3%4").arg(hit.label, at, number(hit.point.y), unit);
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

LegendPlace FigureRenderer::legend_place() const {
    return parts_->placed.value_or(LegendPlace::none);
}

const FigureData& FigureRenderer::data() const {
    return parts_->data;
}

}  // namespace slay

#include "exports/figures/figure_map.h"

#include <cmath>

#include "exports/map_colours.h"

namespace slay {

QCPColorGradient map_gradient(const FigureTheme& theme, bool diverging) {
    const MapColours colours = map_colours(theme.dark);
    const auto of = [](std::uint32_t rgb) { return QColor::fromRgb(0xFF000000u | rgb); };
    const QColor above = of(colours.above), middle = of(colours.above_middle);
    const QColor below = of(colours.below), below_middle = of(colours.below_middle);
    QCPColorGradient gradient;
    gradient.clearColorStops();
    gradient.setColorInterpolation(QCPColorGradient::ciRGB);
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    if (diverging) {
        gradient.setColorStopAt(0, below);
        gradient.setColorStopAt(0.25, below_middle);
        gradient.setColorStopAt(0.5, theme.ground);
        gradient.setColorStopAt(0.75, middle);
    } else {
        gradient.setColorStopAt(0, theme.ground);
        gradient.setColorStopAt(0.5, middle);
    }
    gradient.setColorStopAt(1, above);
    return gradient;
}

void FigureMapLayer::make() {
    map_ = new QCPColorMap(plot_->xAxis, plot_->yAxis);
    map_->setInterpolate(false);
    map_->setTightBoundary(true);
    map_->setLayer(QStringLiteral("grid"));  // below the axes
    map_->removeFromLegend();
    scale_ = new QCPColorScale(plot_);
    scale_->setType(QCPAxis::atRight);
    scale_->setRangeDrag(false);
    scale_->setRangeZoom(false);
    plot_->plotLayout()->addElement(0, 1, scale_);
    // As high as the axes.
    auto* edges = new QCPMarginGroup(plot_);
    scale_->setMarginGroup(QCP::msTop | QCP::msBottom, edges);
    plot_->axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, edges);
    map_->setColorScale(scale_);
}

void FigureMapLayer::remove() {
    if (scale_) {
        map_->setColorScale(nullptr);
        delete plot_->axisRect()->marginGroup(QCP::msTop);  // both let go of it
        plot_->plotLayout()->remove(scale_);
        plot_->plotLayout()->simplify();
    }
    if (map_) plot_->removePlottable(map_);
}

void FigureMapLayer::style(const FigureMap& map, const FigureTheme& theme) {
    const QPen pen(theme.axis, theme.axis_width);
    QCPAxis* axis = scale_->axis();
    axis->setBasePen(pen);
    axis->setTickPen(pen);
    axis->setSubTicks(false);
    axis->setTickLength(0, qRound((theme.paper ? 2 : 4) * theme.unit));
    axis->setTickLabelFont(theme.tick_font);
    axis->setTickLabelColor(theme.text);
    axis->setLabelFont(theme.label_font);
    axis->setLabelColor(theme.text);
    axis->setTickLabelPadding(qRound((theme.paper ? 2 : 3) * theme.unit));
    axis->setLabelPadding(qRound((theme.paper ? 2 : 4) * theme.unit));
    axis->setNumberFormat(QStringLiteral("gb"));
    axis->setNumberPrecision(3);
    axis->ticker()->setTickCount(4);
    axis->setLabel(QString::fromStdString(map.label));
    scale_->setBarWidth(qRound((theme.paper ? 6 : 10) * theme.unit));
    const int gap = qRound((theme.paper ? 4 : 8) * theme.unit);
    scale_->setMinimumMargins(QMargins(gap, 0, 0, 0));
    for (QCPAxis::AxisType side : {QCPAxis::atLeft, QCPAxis::atTop, QCPAxis::atBottom}) {
        auto* rect = scale_->findChild<QCPAxisRect*>();
        if (rect && rect->axis(side)) rect->axis(side)->setBasePen(pen);
    }
    scale_->setGradient(map_gradient(theme, map.diverging));
    scale_->setDataRange(QCPRange(map.low, map.high));
}

void FigureMapLayer::take(const FigureData& data, const FigureTheme& theme) {
    if (!data.map || data.map->columns < 1 || data.map->rows < 1) return remove();
    if (!map_) make();
    const FigureMap& map = *data.map;
    if (map_->data()->keySize() != map.columns || map_->data()->valueSize() != map.rows)
        map_->data()->setSize(map.columns, map.rows);
    map_->data()->setRange(QCPRange(1, map.columns), QCPRange(1, map.rows));
    for (int row = 0; row < map.rows; ++row)
        for (int column = 0; column < map.columns; ++column)
            map_->data()->setCell(
                column, row,
                map.values[static_cast<std::size_t>(row) * static_cast<std::size_t>(map.columns) +
                           static_cast<std::size_t>(column)]);
    style(map, theme);
    map_->setGradient(scale_->gradient());
    map_->setDataRange(QCPRange(map.low, map.high));
}

}  // namespace slay

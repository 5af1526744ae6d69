#include "exports/figures/figure_axes.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

namespace slay {
namespace {

// Broken at the space nearest to the middle; as it is without one.
QString in_two_lines(const QString& name) {
    qsizetype best = -1;
    for (qsizetype at = name.indexOf(' '); at >= 0; at = name.indexOf(' ', at + 1))
        if (best < 0 || std::abs(2 * at - name.size()) < std::abs(2 * best - name.size()))
            best = at;
    return best < 0 ? name : name.left(best) + '\n' + name.mid(best + 1);
}

}  // namespace

void FigureAxes::style_axis(QCPAxis* axis, const FigureTheme& theme, bool grid) const {
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

void FigureAxes::style(const FigureTheme& theme) {
    plot_->setBackground(QBrush(theme.ground));
    style_axis(plot_->xAxis, theme, false);
    style_axis(plot_->yAxis, theme, true);
    // Above: half a tick label, which an axis leaves out when it would be cut.
    const int top = qRound(QFontMetricsF(theme.tick_font).height() * 0.55);
    const int right = qRound((theme.paper ? 5 : 8) * theme.unit);
    plot_->axisRect()->setMinimumMargins(QMargins(0, top, right, 0));
    plot_->plotLayout()->setRowSpacing(theme.paper ? 0 : 2);
    plot_->plotLayout()->setColumnSpacing(0);
    const int edge = qRound((theme.paper ? 1 : 8) * theme.unit);
    plot_->plotLayout()->setMargins(QMargins(edge, edge / 2, edge / 2, edge));
}

void FigureAxes::set_scale(QCPAxis* axis, const FigureAxis& from, bool lengths) {
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
        axis->setTicker(doubling_);
    else
        axis->setTicker(axis == plot_->xAxis ? decades_x_ : decades_y_);
    axis->setSubTicks(!lengths);
}

void FigureAxes::set_categories(const std::vector<std::string>& categories) {
    names_.clear();
    for (const std::string& each : categories) names_ << QString::fromStdString(each);
    if (names_.isEmpty()) {
        plot_->xAxis->setTickLabelRotation(0);
        return;
    }
    plot_->xAxis->setTicker(categories_);
    plot_->xAxis->setSubTicks(false);
}

// Names side by side in one line or in two; where neither fits, they lean.
void FigureAxes::fit_categories(const FigureTheme& theme, double room) {
    const QFontMetricsF metrics(theme.tick_font);
    const auto widest = [&](const QStringList& names) {
        double width = 0;
        for (const QString& name : names)
            for (const QString& line : name.split('\n'))
                width = std::max(width, metrics.horizontalAdvance(line));
        return width;
    };
    QStringList broken;
    for (const QString& name : names_) broken << in_two_lines(name);
    const double each = room / static_cast<double>(names_.size()) / 1.08;
    const bool one = widest(names_) < each, two = widest(broken) < each;
    const QStringList& shown = !one && two ? broken : names_;
    categories_->clear();
    for (qsizetype i = 0; i < shown.size(); ++i)
        categories_->addTick(static_cast<double>(i), shown[i]);
    plot_->xAxis->setTickLabelRotation(one || two ? 0 : -45);
}

void FigureAxes::set_scales(const FigureData& data) {
    set_scale(plot_->xAxis, data.x, doubles(data));
    set_scale(plot_->yAxis, data.y, false);
    set_categories(data.x.categories);
}

void FigureAxes::follow(const FigureData& data) {
    const AxisRange x = x_range(data), y = y_range(data);
    plot_->xAxis->setRange(x.low, x.high);
    plot_->yAxis->setRangeReversed(data.map.has_value());  // row 1 at the top
    plot_->yAxis->setRange(y.low, y.high);
}

// As many labels of lengths as stand apart.
void FigureAxes::set_label_room(const FigureTheme& theme, bool legend_beside) {
    const double width =
        QFontMetricsF(theme.tick_font).horizontalAdvance(QStringLiteral("128K")) * 1.35;
    const int viewport = plot_->viewport().width();
    const double room = std::max(60.0, viewport * (legend_beside ? 0.7 : 0.85));
    if (!names_.isEmpty()) fit_categories(theme, room);
    doubling_->set_label_room(std::max(2, static_cast<int>(room / std::max(1.0, width))));
}

}  // namespace slay

#include "exports/figures/figure_legend.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

namespace slay {

FigureLegend::FigureLegend(QCustomPlot* plot) : QCPLayoutElement(plot) {
    setLayer(QStringLiteral("legend"));
}

void FigureLegend::set_entries(std::vector<Entry> entries, const FigureTheme& theme) {
    entries_ = std::move(entries);
    theme_ = theme;
    const QFontMetricsF metrics(theme.legend_font);
    label_widths_.clear();
    // A label longer than this would push the axes off the paper.
    const double longest = metrics.averageCharWidth() * 34;
    for (Entry& entry : entries_) {
        entry.label = metrics.elidedText(entry.label, Qt::ElideMiddle, longest);
        label_widths_.push_back(metrics.horizontalAdvance(entry.label));
    }
    const int edge = qRound(4 * theme_.unit);
    switch (stand_) {
        case Stand::across:
            setMargins({edge, edge / 2, edge, theme.paper ? 0 : edge});
            break;
        case Stand::beside:
            setMargins({2 * edge, 2 * edge, 2 * edge, 0});
            break;
        case Stand::inside:
            setMargins(inside_margins());
            break;
    }
    setMinimumMargins(QMargins());
    setAutoMargins(QCP::msNone);
}

void FigureLegend::set_stand(Stand stand, int columns) {
    stand_ = stand;
    columns_ = columns;
}

QMargins FigureLegend::inside_margins() const {
    const int edge = qRound(1.5 * theme_.unit);
    return {edge, edge, edge, edge};
}

double FigureLegend::row_height() const {
    return QFontMetricsF(theme_.legend_font).height() * (theme_.paper ? 1.0 : 1.35);
}

double FigureLegend::icon_width() const {
    return QFontMetricsF(theme_.legend_font).height() * (theme_.paper ? 1.75 : 1.8);
}

double FigureLegend::column_gap() const {
    return (theme_.paper ? 6 : 9) * theme_.unit;
}

double FigureLegend::label_gap() const {
    return (theme_.paper ? 2.5 : 5) * theme_.unit;
}

FigureLegend::Grid FigureLegend::grid(int columns) const {
    Grid out;
    const int count = static_cast<int>(entries_.size());
    out.rows = (count + columns - 1) / std::max(1, columns);
    out.columns = out.rows > 0 ? (count + out.rows - 1) / out.rows : 0;
    for (int column = 0; column < out.columns; ++column) {
        double width = 0;
        for (int row = 0; row < out.rows; ++row) {
            const auto index = static_cast<std::size_t>(column * out.rows + row);
            if (index < label_widths_.size()) width = std::max(width, label_widths_[index]);
        }
        out.widths.push_back(icon_width() + label_gap() + width);
        out.width += out.widths.back() + (column > 0 ? column_gap() : 0);
    }
    return out;
}

FigureLegend::Grid FigureLegend::chosen_grid() const {
    if (stand_ == Stand::inside) return grid(columns_);
    if (stand_ == Stand::beside || entries_.empty()) return grid(1);
    if (theme_.legend_columns > 0) return grid(theme_.legend_columns);
    const double room = mParentPlot->viewport().width() - margins().left() - margins().right();
    for (int columns = most_columns(); columns > 1; --columns) {
        const Grid candidate = grid(columns);
        if (candidate.width <= room) return candidate;
    }
    return grid(1);
}

QSize FigureLegend::beside_size() const {
    const Grid one = grid(1);
    return {static_cast<int>(std::ceil(one.width + 16 * theme_.unit)),
            static_cast<int>(std::ceil(one.rows * row_height() + 8 * theme_.unit))};
}

QSize FigureLegend::inside_size(int columns) const {
    const Grid inside = grid(columns);
    const QMargins edges = inside_margins();
    return {static_cast<int>(std::ceil(inside.width + edges.left() + edges.right())),
            static_cast<int>(std::ceil(inside.rows * row_height() + edges.top() + edges.bottom()))};
}

int FigureLegend::most_columns() const {
    return std::min<int>(6, static_cast<int>(entries_.size()));
}

QSize FigureLegend::minimumOuterSizeHint() const {
    if (entries_.empty()) return {0, 0};
    if (stand_ == Stand::inside) return inside_size(columns_);
    const Grid chosen = chosen_grid();
    const bool beside = stand_ == Stand::beside;
    const double width = beside ? chosen.width + margins().left() + margins().right() : 0;
    return {static_cast<int>(std::ceil(width)),
            static_cast<int>(
                std::ceil(chosen.rows * row_height() + margins().top() + margins().bottom()))};
}

QSize FigureLegend::maximumOuterSizeHint() const {
    const QSize least = minimumOuterSizeHint();
    if (stand_ == Stand::inside) return least;
    return stand_ == Stand::beside ? QSize(least.width(), QWIDGETSIZE_MAX)
                                   : QSize(QWIDGETSIZE_MAX, least.height());
}

QRectF FigureLegend::entry_rect(const Grid& grid, std::size_t index) const {
    const int column = static_cast<int>(index) / grid.rows;
    const int row = static_cast<int>(index) % grid.rows;
    double x = rect().left();
    if (stand_ == Stand::across) x += std::max(0.0, (rect().width() - grid.width) / 2);
    for (int i = 0; i < column; ++i) x += grid.widths[static_cast<std::size_t>(i)] + column_gap();
    return {x, rect().top() + row * row_height(), grid.widths[static_cast<std::size_t>(column)],
            row_height()};
}

void FigureLegend::draw(QCPPainter* painter) {
    if (entries_.empty()) return;
    const Grid chosen = chosen_grid();
    painter->setFont(theme_.legend_font);
    if (stand_ == Stand::inside) painter->fillRect(outerRect(), theme_.ground);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        const QRectF box = entry_rect(chosen, i);
        const double middle = box.center().y();
        const double icon = icon_width();
        const auto faded = [&](const QColor& colour) {
            return entry.hidden ? blend(colour, theme_.ground, 0.65) : colour;
        };
        if (entry.line.style() != Qt::NoPen) {
            QPen pen = entry.line;
            pen.setColor(faded(pen.color()));
            painter->setPen(pen);
            painter->drawLine(QLineF(box.left(), middle, box.left() + icon, middle));
        }
        if (!entry.marker.isNone()) {
            QCPScatterStyle marker = entry.marker;
            QPen pen = marker.pen();
            pen.setColor(faded(pen.color()));
            marker.setPen(pen);
            marker.applyTo(painter, pen);
            marker.drawShape(painter, QPointF(box.left() + icon / 2, middle));
        }
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(faded(theme_.text)));
        const double text_left = box.left() + icon + label_gap();
        const QRectF text(text_left, box.top(), label_widths_[i] + 4 * theme_.unit, box.height());
        painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, entry.label);
        if (entry.hidden) {
            painter->setPen(QPen(faded(theme_.text), theme_.axis_width));
            painter->drawLine(QLineF(text_left, middle, text_left + label_widths_[i], middle));
        }
    }
}

void FigureLegend::applyDefaultAntialiasingHint(QCPPainter* painter) const {
    painter->setAntialiasing(true);
}

QString FigureLegend::series_at(QPointF position) const {
    if (entries_.empty()) return {};
    const Grid chosen = chosen_grid();
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (entry_rect(chosen, i).contains(position)) return entries_[i].series;
    return {};
}

}  // namespace slay

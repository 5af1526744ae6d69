// The axes of a figure: their look, ticks and ranges.
#pragma once

#include <qcustomplot.h>

#include <QPointer>

#include "exports/figure_data.h"
#include "exports/figures/axis_tickers.h"
#include "exports/figures/figure_theme.h"

namespace slay {

class FigureAxes {
  public:
    explicit FigureAxes(QCustomPlot* plot) : plot_(plot) {}

    void style(const FigureTheme& theme);     // colours, fonts, margins
    void set_scales(const FigureData& data);  // labels, logarithmic or not, ticks
    void follow(const FigureData& data);      // ranges that hold the data, in steps
    void set_label_room(const FigureTheme& theme, bool legend_beside);

  private:
    void style_axis(QCPAxis* axis, const FigureTheme& theme, bool grid) const;
    void set_scale(QCPAxis* axis, const FigureAxis& from, bool lengths);
    void set_categories(const std::vector<std::string>& categories);
    void fit_categories(const FigureTheme& theme, double room);

    QPointer<QCustomPlot> plot_;
    QSharedPointer<DoublingTicker> doubling_{new DoublingTicker};
    QSharedPointer<DecadeTicker> decades_x_{new DecadeTicker};
    QSharedPointer<DecadeTicker> decades_y_{new DecadeTicker};
    QSharedPointer<QCPAxisTickerText> categories_{new QCPAxisTickerText};
    QStringList names_;  // of the categories on the x axis; empty on one of numbers
};

}  // namespace slay

// The heat map of a figure and the scale of its colours.
#pragma once

#include <qcustomplot.h>

#include <QPointer>

#include "exports/figure_data.h"
#include "exports/figures/figure_theme.h"

namespace slay {

class FigureMapLayer {
  public:
    explicit FigureMapLayer(QCustomPlot* plot) : plot_(plot) {}

    // Shows data.map, or takes what was shown away where there is none.
    void take(const FigureData& data, const FigureTheme& theme);

  private:
    void make();
    void remove();
    void style(const FigureMap& map, const FigureTheme& theme);

    QPointer<QCustomPlot> plot_;
    QPointer<QCPColorMap> map_;
    QPointer<QCPColorScale> scale_;
};

// From the ground (nothing) to one strong hue; below zero, where `diverging`, to another that a
// colour-blind reader tells from it.
QCPColorGradient map_gradient(const FigureTheme& theme, bool diverging);

}  // namespace slay

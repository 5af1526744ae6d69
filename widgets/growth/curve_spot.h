// What lies under a position in a plot: which curve, which of its points, and between which two.
#pragma once

#include <QPointF>
#include <optional>
#include <string>

#include "exports/figure_data.h"

class QCustomPlot;

namespace slay {

struct CurveSpot {
    const Series* series = nullptr;      // of the figure
    const FigurePoint* point = nullptr;  // within reach of the position; null: none
    // The two drawn points around the position on a curve; null beyond its ends.
    const FigurePoint *left = nullptr, *right = nullptr;
};

// The nearest curve of measured points within `reach` pixels. Pointers are into `figure`.
std::optional<CurveSpot> curve_spot(const FigureData& figure, const QCustomPlot& plot,
                                    QPointF position, double reach = 24);

}  // namespace slay

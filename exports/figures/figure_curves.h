// The curves of a figure as graphs of a plot, reused while points arrive.
#pragma once

#include <qcustomplot.h>

#include <QPointer>
#include <map>
#include <string>

#include "exports/figure_data.h"
#include "exports/figures/figure_theme.h"
#include "exports/figures/series_style.h"

namespace slay {

class FigureCurves {
  public:
    explicit FigureCurves(QCustomPlot* plot) : plot_(plot) {}

    // Graphs for new series, none for those that are gone; curves whose points did not change are
    // left alone, and styled anew only where `restyle` is set.
    void take(const FigureData& data, const FigureTheme& theme, bool restyle);

    // One drawn stronger and the others fainter; "" ends it.
    void highlight(const QString& series, const FigureData& data, const FigureTheme& theme);
    const QString& highlighted() const { return highlighted_; }

  private:
    struct Curve {
        QPointer<QCPGraph> graph;
        QPointer<QCPErrorBars> bars;      // of intervals drawn one by one
        QPointer<QCPGraph> lower, upper;  // edges of a band; null until a series has one
        Series shown;                     // what the graph holds
    };
    Curve make_curve() const;
    void set_points(Curve& curve, const Series& series) const;
    void set_band(Curve& curve, const Series& series) const;
    void style(Curve& curve, const Series& series, const FigureTheme& theme) const;
    Emphasis emphasis(const Series& series) const;

    QPointer<QCustomPlot> plot_;
    std::map<std::string, Curve> curves_;
    QString highlighted_;
};

}  // namespace slay

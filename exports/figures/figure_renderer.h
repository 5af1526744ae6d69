// FigureData -> QCustomPlot: the one renderer of screen and paper.
#pragma once

#include <QPointF>
#include <QPointer>
#include <QString>
#include <memory>
#include <optional>

#include "exports/figure_data.h"
#include "exports/figures/figure_theme.h"

class QCustomPlot;

namespace slay {

// Draws into one QCustomPlot, which it does not own, and which must outlive it. On the GUI thread.
//
//   FigureRenderer renderer(plot);
//   renderer.show(data, theme);          // as often as 30 times a second: graphs are reused, and
//                                        // one replot is queued
//   renderer.hold_view();                // the user zoomed or panned: ranges stay
//   renderer.reset_view();               // ranges follow the data again, in steps
class FigureRenderer {
  public:
    explicit FigureRenderer(QCustomPlot* plot);
    ~FigureRenderer();
    FigureRenderer(const FigureRenderer&) = delete;
    FigureRenderer& operator=(const FigureRenderer&) = delete;

    // Takes up new data; queues one replot (rpQueuedReplot) unless `replot` is false. Curves whose
    // points did not change are left alone. A change of figure, panel or axis resets the view.
    void show(const FigureData& data, const FigureTheme& theme, bool replot = true);

    void hold_view() { held_ = true; }
    void reset_view();
    bool view_held() const { return held_; }

    // The drawn point nearest to a position in the widget, within `reach` pixels.
    struct Hit {
        QString series;  // Series::id
        QString label;
        FigurePoint point;
        QPointF position;  // in the widget
    };
    std::optional<Hit> point_near(QPointF position, double reach = 24) const;
    // For a readout: "SLAY (anchor)  L = 4096: 1.23 ms [1.22, 1.24], 64 samples"; of a trade-off
    // three lines: variant and budget, the error, the costs.
    QString describe(const Hit& hit) const;
    // The series whose legend entry lies under a position.
    std::optional<QString> legend_entry_at(QPointF position) const;
    void highlight(const QString& series);  // drawn stronger, the others fainter; "" ends it

    // Where the legend stands after show(): below, where there was no place for it inside the axes.
    LegendPlace legend_place() const;

    const FigureData& data() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
    bool held_ = false;
};

}  // namespace slay

// What a figure shows besides its curves: reference slopes, crossovers, points that failed.
#pragma once

#include <qcustomplot.h>

#include <optional>

#include "exports/figure_data.h"
#include "exports/figure_room.h"
#include "exports/figures/figure_theme.h"

namespace slay {

// Drawn in pixels from the axes as they are, so it follows zooming and panning by itself.
class FigureMarks : public QCPAbstractItem {
  public:
    explicit FigureMarks(QCustomPlot* plot);

    void set_figure(const FigureData* data, const FigureTheme& theme);
    // A box inside the axes, in pixels from their upper left corner, that slopes keep out of.
    void set_reserved(std::optional<AreaBox> box) { reserved_ = box; }
    double selectTest(const QPointF& position, bool only_selectable,
                      QVariant* details = nullptr) const override;

    // The marks as the legend explains them.
    static QCPScatterStyle crossover_marker(const FigureTheme& theme);
    static QCPScatterStyle failure_marker(const FigureTheme& theme, const QColor& colour);

  protected:
    void draw(QCPPainter* painter) override;

  private:
    void draw_slopes(QCPPainter* painter);
    void draw_failures(QCPPainter* painter);
    void draw_in_flight(QCPPainter* painter);
    void draw_crossovers(QCPPainter* painter);
    QPointF pixel(double x, double y) const;

    const FigureData* data_ = nullptr;
    FigureTheme theme_;
    // Slopes keep their place while the axes stay as they are.
    std::vector<PlacedSlope> slopes_;  // in pixels from the corner of the axes
    std::optional<AreaBox> reserved_;
    QCPRange placed_x_, placed_y_;
    QRect placed_box_;
    std::size_t placed_slopes_ = 0;
};

}  // namespace slay

// What a figure shows besides its curves: reference slopes, crossovers, points that failed.
#pragma once

#include <qcustomplot.h>

#include "exports/figure_data.h"
#include "exports/figures/figure_theme.h"

namespace slay {

// Drawn in pixels from the axes as they are, so it follows zooming and panning by itself.
class FigureMarks : public QCPAbstractItem {
  public:
    explicit FigureMarks(QCustomPlot* plot);

    void set_figure(const FigureData* data, const FigureTheme& theme);
    double selectTest(const QPointF& position, bool only_selectable,
                      QVariant* details = nullptr) const override;

    // The marks as the legend explains them.
    static QCPScatterStyle crossover_marker(const FigureTheme& theme);
    static QCPScatterStyle failure_marker(const FigureTheme& theme, const QColor& colour);

  protected:
    void draw(QCPPainter* painter) override;

  private:
    struct Segment {
        QPointF from, to;  // in pixels
        QString label;
        QPointF label_at;  // its centre
    };
    void draw_slopes(QCPPainter* painter);
    void draw_failures(QCPPainter* painter);
    void draw_in_flight(QCPPainter* painter);
    void draw_crossovers(QCPPainter* painter);
    std::vector<Segment> place_slopes(const QRectF& box, QSizeF label_size) const;
    std::vector<QPointF> occupied() const;  // the curves, as points in pixels
    QPointF pixel(double x, double y) const;

    const FigureData* data_ = nullptr;
    FigureTheme theme_;
    // Slopes keep their place while the axes stay as they are.
    std::vector<Segment> segments_;
    QCPRange placed_x_, placed_y_;
    QRect placed_box_;
    std::size_t placed_slopes_ = 0;
};

}  // namespace slay

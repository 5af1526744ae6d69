// The legend: columns as wide as their entries, beside or below the axes, never over the curves.
#pragma once

#include <qcustomplot.h>

#include "exports/figure_data.h"
#include "exports/figures/figure_theme.h"

namespace slay {

class FigureLegend : public QCPLayoutElement {
  public:
    struct Entry {
        QString series;  // Series::id; empty for an explanation of a mark
        QString label;
        QPen line;  // Qt::NoPen: none
        QCPScatterStyle marker;
        bool hidden = false;  // toggled off: struck out
    };

    explicit FigureLegend(QCustomPlot* plot);

    void set_entries(std::vector<Entry> entries, const FigureTheme& theme);
    // One column of entries, for the place beside the axes; else as many columns as fit below.
    void set_beside(bool beside) { beside_ = beside; }
    QSize beside_size() const;  // what it needs there
    bool empty() const { return entries_.empty(); }

    QString series_at(QPointF position) const;  // empty where there is none

    QSize minimumOuterSizeHint() const override;
    QSize maximumOuterSizeHint() const override;

  protected:
    void draw(QCPPainter* painter) override;
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;

  private:
    struct Grid {
        int columns = 1, rows = 0;
        std::vector<double> widths;  // of the columns
        double width = 0;            // with the gaps between them
    };
    Grid grid(int columns) const;
    Grid chosen_grid() const;  // for the width of the plot
    QRectF entry_rect(const Grid& grid, std::size_t index) const;
    double row_height() const;
    double icon_width() const;
    double column_gap() const;
    double label_gap() const;  // between icon and label

    std::vector<Entry> entries_;
    std::vector<double> label_widths_;
    FigureTheme theme_;
    bool beside_ = false;
};

}  // namespace slay

// The legend: columns as wide as their entries, beside, below or inside the axes, never over the
// curves.
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
    // Across the figure with as many columns as fit; in one column beside the axes; inside them,
    // on their ground, with so many columns. Entries are set after.
    enum class Stand { across, beside, inside };
    void set_stand(Stand stand, int columns = 1);
    QSize beside_size() const;             // what it needs there
    QSize inside_size(int columns) const;  // what it needs there
    int most_columns() const;              // that make sense: 6 or one for each entry
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
    QMargins inside_margins() const;
    double icon_width() const;
    double column_gap() const;
    double label_gap() const;  // between icon and label

    std::vector<Entry> entries_;
    std::vector<double> label_widths_;
    FigureTheme theme_;
    Stand stand_ = Stand::across;
    int columns_ = 1;  // inside
};

}  // namespace slay

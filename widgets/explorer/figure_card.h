// One view of the explorer: title and equation above, the plot, how to read it below; the value
// under the cursor, zoom, and its own export.
#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "exports/explore/explore_figures.h"
#include "exports/figures/figure_renderer.h"
#include "exports/paper/paper_choice.h"

class QCustomPlot;
class QLabel;

namespace slay {

class ElidedLabel;

class FigureCard : public QWidget {
    Q_OBJECT

  public:
    explicit FigureCard(const ExploreFigure& figure, QWidget* parent = nullptr);
    ~FigureCard() override;

    const ExploreFigure& figure() const { return figure_; }
    const FigureData& data() const { return renderer_->data(); }
    QCustomPlot& plot() const { return *plot_; }

    // Builds and draws the figure now; what building and drawing took, in milliseconds.
    double show_frame(const explore::Frame& frame, const ExploreView& view);

    // As PDF, SVG, PNG, pgfplots source (.tex) or CSV, by the ending of the path.
    Status export_to(const QString& path, const PaperChoice& choice) const;

  signals:
    void export_asked(const QString& ending);  // "pdf", "svg", "png", "tex", "csv"

  protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget* new_head();
    void show_value(QPointF position);
    void place_texts();
    std::optional<QString> cell_at(QPointF position) const;

    const ExploreFigure& figure_;
    QCustomPlot* plot_;
    std::unique_ptr<FigureRenderer> renderer_;
    QLabel *title_, *caption_, *value_;
    ElidedLabel *equation_, *notes_;
    QLabel *whole_equation_, *whole_notes_;
};

}  // namespace slay

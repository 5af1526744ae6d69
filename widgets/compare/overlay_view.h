// The figure of the compared experiment with the curves of all runs.
#pragma once

#include <QWidget>
#include <memory>

#include "exports/compare/run_comparison.h"

class QCustomPlot;

namespace slay {

class ElidedLabel;
class FigureRenderer;

class OverlayView : public QWidget {
    Q_OBJECT

  public:
    static constexpr std::size_t most_runs = 8;  // more curves would hide each other

    explicit OverlayView(QWidget* parent = nullptr);
    ~OverlayView() override;

    void show_runs(const RunComparison& runs);
    void set_ratio(bool on);  // curves as multiples of the baseline's; at the next show_runs
    QCustomPlot& plot() const { return *plot_; }

  private:
    QCustomPlot* plot_;
    std::unique_ptr<FigureRenderer> renderer_;
    ElidedLabel* notes_;
    bool ratio_ = false;
};

}  // namespace slay

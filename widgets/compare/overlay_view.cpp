#include "widgets/compare/overlay_view.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QVBoxLayout>

#include "exports/compare/overlay.h"
#include "exports/figures/figure_renderer.h"
#include "widgets/look/elided_label.h"

namespace slay {

OverlayView::OverlayView(QWidget* parent) : QWidget(parent) {
    plot_ = new QCustomPlot;
    plot_->setMinimumSize(220, 160);
    plot_->setAccessibleName(tr("Curves of the compared runs"));
    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    renderer_ = std::make_unique<FigureRenderer>(plot_);
    notes_ = new ElidedLabel(tr("Notes on the figure"));
    notes_->setObjectName("muted");
    notes_->setContentsMargins(12, 0, 12, 4);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot_, 1);
    layout->addWidget(notes_);
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, [this] { renderer_->reset_view(); });
    connect(plot_, &QCustomPlot::mouseWheel, this, [this] { renderer_->hold_view(); });
}

OverlayView::~OverlayView() = default;

void OverlayView::set_ratio(bool on) {
    ratio_ = on;
}

void OverlayView::show_runs(const RunComparison& runs) {
    const FigureSpec* spec = nullptr;
    for (const FigureSpec& row : figure_table())
        if (!spec && row.experiment == runs.experiment()) spec = &row;
    if (!spec) return plot_->setVisible(false);
    plot_->setVisible(true);
    FigureOptions options;
    if (spec->x_metrics.empty()) options.metric = runs.metric();
    std::vector<ComparedRun> drawn = runs.runs();
    if (drawn.size() > most_runs) drawn.resize(most_runs);
    FigureData figure = overlay_runs(*spec, drawn, options);
    if (ratio_) show_as_ratios(figure, runs.baseline());
    renderer_->show(figure, FigureTheme::screen(QApplication::palette(), QApplication::font()));
    QStringList notes;
    if (drawn.size() < runs.runs().size())
        notes << tr("The first %1 runs are drawn.").arg(drawn.size());
    for (const std::string& note : figure.notes) notes << QString::fromStdString(note);
    notes_->set_text(notes.join("  "));
    notes_->setToolTip("<p>" + notes.join('\n').toHtmlEscaped().replace('\n', "<br>") + "</p>");
    notes_->setVisible(!notes.isEmpty());
}

}  // namespace slay

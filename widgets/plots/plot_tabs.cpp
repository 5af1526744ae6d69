#include "widgets/plots/plot_tabs.h"

#include <QJsonArray>
#include <QTabBar>
#include <QTabWidget>
#include <algorithm>

#include "engine/core/experiment_info.h"
#include "widgets/advice/choose_panel.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/explorer/explorer_panel.h"
#include "widgets/plots/plot_view.h"
#include "widgets/plots/start_page.h"

namespace slay {

PlotTabs::PlotTabs(SpecDocument& spec, RunDocument& run, QWidget* parent)
    : QStackedWidget(parent), spec_(spec), run_(run) {
    start_ = new StartPage;
    tabs_ = new QTabWidget;
    tabs_->setDocumentMode(true);
    tabs_->tabBar()->setDrawBase(false);
    tabs_->setAccessibleName(tr("Figures"));
    tabs_->tabBar()->setAccessibleName(tr("Figures"));
    for (const FigureSpec& figure : figure_table()) {
        auto* view = new PlotView(figure, run);
        views_.push_back(view);
        if (!figure.x_metrics.empty())
            connect(view, &PlotView::point_clicked, this, &PlotTabs::budget_chosen);
        tabs_->addTab(view, QString::fromStdString(figure.tab));
        tabs_->setTabToolTip(tabs_->count() - 1, QString::fromStdString(figure.title));
    }
    choose_ = new ChoosePanel(run);
    tabs_->addTab(choose_, tr("Choose"));
    tabs_->setTabToolTip(tabs_->count() - 1,
                         tr("Which variant, which budget, at what length: your case, answered"));
    connect(choose_, &ChoosePanel::budget_chosen, this, &PlotTabs::budget_chosen);
    compare_ = new ComparePanel(run);
    tabs_->addTab(compare_, tr("Compare"));
    tabs_->setTabToolTip(tabs_->count() - 1, tr("Several runs in one plot and one table"));
    explorer_ = new ExplorerPanel(spec, run);
    tabs_->addTab(explorer_, tr("Explorer"));
    tabs_->setTabToolTip(tabs_->count() - 1, tr("The kernel and its approximation; needs no run"));
    addWidget(start_);
    addWidget(tabs_);
    connect(&spec_, &SpecDocument::changed, this, &PlotTabs::refresh_empty_texts);
    connect(&run_, &RunDocument::reset, this, [this] {
        refresh_empty_texts();
        if (run_.has_run()) {
            show_plots();
            show_tab_with_data();
        }
    });
    connect(&run_, &RunDocument::live_changed, this, [this](bool live) {
        if (live) chosen_ = false;
        refresh_empty_texts();
    });
    connect(&run_, &RunDocument::advanced, this, &PlotTabs::follow_run);
    connect(tabs_, &QTabWidget::tabBarClicked, this, [this] { chosen_ = true; });
    connect(this, &QStackedWidget::currentChanged, this,
            [this] { emit experiment_shown(experiment()); });
    connect(tabs_, &QTabWidget::currentChanged, this,
            [this] { emit experiment_shown(experiment()); });
    refresh_empty_texts();
}

PlotView* PlotTabs::current_view() const {
    return currentWidget() == tabs_ ? qobject_cast<PlotView*>(tabs_->currentWidget()) : nullptr;
}

QString PlotTabs::experiment() const {
    const PlotView* view = current_view();
    return view ? QString::fromStdString(view->figure().experiment) : QString();
}

PlotView* PlotTabs::view_of(const QString& figure) const {
    const auto found = std::find_if(views_.begin(), views_.end(), [&](const PlotView* view) {
        return QString::fromStdString(view->figure().id) == figure;
    });
    return found == views_.end() ? nullptr : *found;
}

void PlotTabs::show_plots() {
    setCurrentWidget(tabs_);
}

void PlotTabs::show_figure(const QString& figure) {
    PlotView* view = view_of(figure);
    if (!view) return;
    chosen_ = true;
    tabs_->setCurrentWidget(view);
}

void PlotTabs::show_choose() {
    chosen_ = true;
    show_plots();
    tabs_->setCurrentWidget(choose_);
}

bool PlotTabs::needs_height() const {
    const QWidget* front = tabs_->currentWidget();
    return currentWidget() == start_ || front == choose_ || front == compare_ || front == explorer_;
}

void PlotTabs::show_compare() {
    chosen_ = true;
    show_plots();
    tabs_->setCurrentWidget(compare_);
}

void PlotTabs::show_explorer() {
    chosen_ = true;
    show_plots();
    tabs_->setCurrentWidget(explorer_);
}

void PlotTabs::step_tab(int by) {
    const int count = tabs_->count();
    chosen_ = true;
    if (count > 0) tabs_->setCurrentIndex((tabs_->currentIndex() + by + count) % count);
}

bool PlotTabs::measured_by(const PlotView& view, const RunRecord& record) const {
    const auto& experiments = record.spec().experiments;
    return std::find(experiments.begin(), experiments.end(), view.figure().experiment) !=
           experiments.end();
}

// A run without the experiment of the tab in front: shows one that it has.
void PlotTabs::show_tab_with_data() {
    if (currentWidget() == tabs_ && needs_height()) return;
    const auto* front = qobject_cast<PlotView*>(tabs_->currentWidget());
    if (front && measured_by(*front, run_.record())) return;
    for (PlotView* view : views_)
        if (measured_by(*view, run_.record())) return tabs_->setCurrentWidget(view);
}

// While a run goes on the figure that grows is in front, until the user takes another.
void PlotTabs::follow_run() {
    const RecordedPoint* at = run_.in_flight();
    if (!run_.live() || chosen_ || !at) return;
    for (PlotView* view : views_) {
        if (view->figure().experiment != at->point.experiment) continue;
        if (tabs_->currentWidget() != view) tabs_->setCurrentWidget(view);
        return;
    }
}

void PlotTabs::refresh_empty_texts() {
    const bool has_run = run_.has_run() || run_.live();
    const auto& experiments = has_run ? run_.record().spec().experiments : spec_.spec().experiments;
    for (PlotView* view : views_) {
        const std::string& experiment = view->figure().experiment;
        const ExperimentInfo* info = find_experiment(experiment);
        const QString title = QString::fromStdString(info ? info->title : experiment);
        const bool measured =
            std::find(experiments.begin(), experiments.end(), experiment) != experiments.end();
        QString text;
        if (!measured && !(run_.live() && !run_.has_run()))
            text =
                has_run
                    ? tr("This run has no points of \u201c%1\u201d. Switch it on under Experiments "
                         "and run "
                         "it, or open a run that has them.")
                          .arg(title)
                    : tr("Switch on \u201c%1\u201d under Experiments to see it here.").arg(title);
        else if (run_.live())
            text = tr("Curves grow here as the points of this figure arrive.");
        else if (has_run)
            text = tr("No point of this run could be drawn here; the table says why.");
        else
            text = tr("Press Run to measure. Curves grow here as points arrive.");
        view->set_empty_text(text);
    }
}

void PlotTabs::retheme() {
    for (PlotView* view : views_) view->retheme();
    choose_->retheme();
    compare_->retheme();
    explorer_->retheme();
}

QJsonObject PlotTabs::state() const {
    QJsonObject hidden;
    for (const PlotView* view : views_) {
        const QStringList ids = view->hidden_curves();
        if (!ids.isEmpty())
            hidden[QString::fromStdString(view->figure().id)] = QJsonArray::fromStringList(ids);
    }
    const auto* current = qobject_cast<PlotView*>(tabs_->currentWidget());
    const QWidget* front = tabs_->currentWidget();
    const QString other = front == explorer_  ? "explorer"
                          : front == choose_  ? "choose"
                          : front == compare_ ? "compare"
                                              : QString();
    return {{"tab", current ? QString::fromStdString(current->figure().id) : other},
            {"hidden", hidden},
            {"explorer", explorer_->state()}};
}

void PlotTabs::restore(const QJsonObject& state) {
    if (PlotView* view = view_of(state["tab"].toString())) tabs_->setCurrentWidget(view);
    if (state["tab"] == "explorer") tabs_->setCurrentWidget(explorer_);
    if (state["tab"] == "compare") tabs_->setCurrentWidget(compare_);
    if (state["tab"] == "choose") tabs_->setCurrentWidget(choose_);
    explorer_->restore(state["explorer"].toObject());
    const QJsonObject hidden = state["hidden"].toObject();
    for (PlotView* view : views_) {
        QStringList ids;
        const auto list = hidden[QString::fromStdString(view->figure().id)].toArray();
        for (const auto& id : list) ids << id.toString();
        if (!ids.isEmpty()) view->set_hidden_curves(ids);
    }
}

}  // namespace slay

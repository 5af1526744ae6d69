#include "widgets/explorer/explorer_panel.h"

#include <qcustomplot.h>

#include <QDir>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "engine/core/units.h"
#include "widgets/editor/form_row.h"
#include "widgets/editor/spec_editing.h"
#include "widgets/explorer/explorer_controls.h"
#include "widgets/explorer/figure_card.h"
#include "widgets/explorer/guide.h"
#include "widgets/explorer/qkv_choice.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

constexpr int side_width = 244;
constexpr QSize least_card{380, 345};  // of a figure that stands beside another

// A page: its figures, the first `least` of which are always there, the others where there is room.
struct Page {
    const char* title;
    const char* tip;
    std::vector<const char*> figures;
    std::size_t least;
};

const std::vector<Page>& page_table() {
    static const std::vector<Page> rows{
        {QT_TRANSLATE_NOOP("slay::ExplorerPanel", "Kernel"),
         QT_TRANSLATE_NOOP("slay::ExplorerPanel", "The kernel, its quadrature and its estimates"),
         {"explore_kernel", "explore_error", "explore_nodes"},
         1},
        {QT_TRANSLATE_NOOP("slay::ExplorerPanel", "Error"),
         QT_TRANSLATE_NOOP("slay::ExplorerPanel", "How far the estimates are from the kernel"),
         {"explore_error", "explore_kernel"},
         1},
        {QT_TRANSLATE_NOOP("slay::ExplorerPanel", "Nodes"),
         QT_TRANSLATE_NOOP("slay::ExplorerPanel", "What each quadrature node contributes"),
         {"explore_nodes", "explore_kernel"},
         1},
        {QT_TRANSLATE_NOOP("slay::ExplorerPanel", "Row sums"),
         QT_TRANSLATE_NOOP("slay::ExplorerPanel",
                           "Denominators of all forms, and where signed ones cross zero"),
         {"explore_denominators", "explore_rows"},
         1},
        {QT_TRANSLATE_NOOP("slay::ExplorerPanel", "By row"),
         QT_TRANSLATE_NOOP("slay::ExplorerPanel",
                           "Denominators along the sequence: in which rows signed ones cross zero"),
         {"explore_rows", "explore_denominators"},
         1},
        {QT_TRANSLATE_NOOP("slay::ExplorerPanel", "Attention"),
         QT_TRANSLATE_NOOP("slay::ExplorerPanel",
                           "The attention pattern, exact beside estimated, and its entropy"),
         {"explore_exact_map", "explore_estimate_map", "explore_map_difference", "explore_entropy"},
         4}};
    return rows;
}

QStringList ids_of(const std::vector<std::string>& names) {
    QStringList ids;
    for (const std::string& each : names) ids << QString::fromStdString(each);
    return ids;
}

}  // namespace

ExplorerPanel::ExplorerPanel(SpecDocument& spec, RunDocument& run, QWidget* parent)
    : QWidget(parent), spec_(spec), run_(run) {
    setObjectName("plot-page");
    setAttribute(Qt::WA_StyledBackground);
    controls_ = new ExplorerControls;
    stage_ = new QWidget;
    grid_ = new QGridLayout(stage_);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(unit);
    for (const ExploreFigure& figure : explore_figures()) {
        auto* card = new FigureCard(figure, stage_);
        card->hide();
        cards_.push_back(card);
        connect(card, &FigureCard::export_asked, this,
                [this, card](const QString& ending) { ask_export(*card, ending); });
    }
    problem_ = new QLabel;
    problem_->setObjectName("plot-empty");
    problem_->setTextFormat(Qt::PlainText);
    problem_->setWordWrap(true);
    problem_->setAlignment(Qt::AlignCenter);
    problem_->setMargin(10 * unit);
    problem_->hide();
    auto* right = new QVBoxLayout;
    right->setContentsMargins(0, 0, 0, 0);
    right->setSpacing(0);
    right->addWidget(new_bar());
    guide_ = new GuideBanner;
    connect(guide_, &GuideBanner::step_chosen, this, &ExplorerPanel::show_guide);
    right->addWidget(guide_);
    right->addWidget(problem_, 1);
    right->addWidget(stage_, 1);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(new_side());
    row->addLayout(right, 1);
    connect(controls_, &ExplorerControls::computed_changed, this, &ExplorerPanel::request_frame);
    connect(controls_, &ExplorerControls::view_changed, this, &ExplorerPanel::draw_frame);
    connect(&worker_, &ExploreWorker::computed, this, &ExplorerPanel::take_frame);
    connect(&run_, &RunDocument::reset, this, [this] { controls_->set_run_folder(run_.folder()); });
    connect(&run_, &RunDocument::live_changed, this, [this](bool live) {
        if (!live) controls_->set_run_folder(run_.folder());
    });
    lay_out();
}

ExplorerPanel::~ExplorerPanel() = default;

QWidget* ExplorerPanel::new_side() {
    auto* area = new QScrollArea;
    area->setObjectName("panel");
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(controls_);
    auto* buttons = new QWidget;
    auto* rows = new QVBoxLayout(buttons);
    rows->setContentsMargins(2 * unit, unit, unit, unit);
    rows->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    auto* take = new QToolButton;
    take->setIcon(themed_icon("undo"));
    take->setToolTip(tr("Sliders as the configuration says"));
    take->setAccessibleName(tr("Sliders from the configuration"));
    take->setFocusPolicy(Qt::StrongFocus);
    connect(take, &QToolButton::clicked, this, &ExplorerPanel::take_from_configuration);
    auto* copy = new QToolButton;
    copy->setIcon(themed_icon("copy"));
    copy->setToolTip(tr("Copy as a command: slay-bench explore with these values"));
    copy->setAccessibleName(tr("Copy as command"));
    copy->setFocusPolicy(Qt::StrongFocus);
    connect(copy, &QToolButton::clicked, this, &ExplorerPanel::copy_command);
    rows->addWidget(new_send_button());
    rows->addLayout(row);
    row->addStretch(1);
    row->addWidget(new_ways_button());
    row->addWidget(take);
    row->addWidget(copy);
    auto* side = new QWidget;
    QWidget* tools = new_tools();
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(tools);
    column->addWidget(area, 1);
    column->addWidget(buttons);
    for (QWidget* each : {tools, buttons}) each->ensurePolished();
    side->setFixedWidth(std::max(with_font(side_width), tools->sizeHint().width() + 2 * unit));
    return side;
}

QToolButton* ExplorerPanel::new_send_button() {
    auto* send = new QToolButton;
    send->setObjectName("primary");
    send->setText(tr("Send to sweep"));
    send->setToolTip(wrapped_tip(
        tr("The configuration sweeps a budget axis through these sliders: M from a quarter to four "
           "times, at this R, P and \u03b5. Can be undone.")));
    send->setFocusPolicy(Qt::StrongFocus);
    send->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(send, &QToolButton::clicked, this,
            [this] { send_to_sweep(BudgetAxis::around, with_shape_->isChecked()); });
    return send;
}

QToolButton* ExplorerPanel::new_ways_button() {
    auto* more = new QToolButton;
    more->setIcon(themed_icon("more"));
    more->setToolTip(tr("Other ways to send it to the sweep"));
    more->setAccessibleName(tr("Other ways to send to sweep"));
    more->setPopupMode(QToolButton::InstantPopup);
    more->setFocusPolicy(Qt::StrongFocus);
    auto* menu = new QMenu(more);
    const std::pair<BudgetAxis, QString> ways[]{
        {BudgetAxis::around, tr("A budget axis through it: M from \u00bc to 4 times")},
        {BudgetAxis::only, tr("This budget alone")},
        {BudgetAxis::add, tr("Add it to the budgets of the configuration")}};
    for (const auto& [how, words] : ways)
        connect(menu->addAction(words), &QAction::triggered, this,
                [this, way = how] { send_to_sweep(way, with_shape_->isChecked()); });
    menu->addSeparator();
    with_shape_ = menu->addAction(tr("With the width of d, and the seed"));
    with_shape_->setCheckable(true);
    more->setMenu(menu);
    return more;
}

QWidget* ExplorerPanel::new_bar() {
    pages_ = new QTabBar;
    pages_->setDrawBase(false);
    pages_->setExpanding(false);
    pages_->setAccessibleName(tr("Views of the explorer"));
    for (const Page& page : page_table()) {
        const int at = pages_->addTab(tr(page.title));
        pages_->setTabToolTip(at, tr(page.tip));
    }
    connect(pages_, &QTabBar::currentChanged, this, [this] {
        lay_out();
        request_frame();
    });
    return pages_;
}

// Guide, export of all views, and what a frame takes: above the sliders.
QWidget* ExplorerPanel::new_tools() {
    time_ = new QLabel;
    time_->setObjectName("muted");
    time_->setTextFormat(Qt::PlainText);
    time_->setFont(tabular_font(font()));
    time_->setAccessibleName(tr("Time of a frame"));
    time_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    time_->setMinimumWidth(time_->fontMetrics().horizontalAdvance("0000 ms"));
    auto* all = new QToolButton;
    all->setIcon(themed_icon("export"));
    all->setToolTip(tr("Write every view as PDF, SVG, PNG, pgfplots source and CSV into a folder"));
    all->setAccessibleName(tr("Export all views"));
    all->setFocusPolicy(Qt::StrongFocus);
    connect(all, &QToolButton::clicked, this, [this] {
        const QString folder = QFileDialog::getExistingDirectory(
            this, tr("Write all views into a folder"), QDir::homePath());
        if (!folder.isEmpty()) export_all(folder);
    });
    auto* guide = new QToolButton;
    guide->setIcon(themed_icon("info"));
    guide->setText(tr("Guide"));
    guide->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    guide->setToolTip(tr("Six things to see, with the sliders set for each"));
    guide->setAccessibleName(tr("Guide"));
    guide->setPopupMode(QToolButton::InstantPopup);
    guide->setFocusPolicy(Qt::StrongFocus);
    auto* steps = new QMenu(guide);
    for (std::size_t i = 0; i < guide_steps().size(); ++i)
        connect(steps->addAction(GuideBanner::tr(guide_steps()[i].title)), &QAction::triggered,
                this, [this, i] { show_guide(static_cast<int>(i)); });
    guide->setMenu(steps);
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(2 * unit, unit, unit, 0);
    row->setSpacing(unit);
    row->addWidget(guide);
    row->addWidget(all);
    row->addStretch(1);
    row->addWidget(time_);
    return bar;
}

void ExplorerPanel::show_guide(int step) {
    const auto& steps = guide_steps();
    if (step < 0 || step >= static_cast<int>(steps.size())) return;
    const ExplorerStep& chosen = steps[static_cast<std::size_t>(step)];
    controls_->restore({{"nodes", chosen.nodes},
                        {"prf_features", chosen.prf_features},
                        {"poly_features", chosen.poly_features},
                        {"head_dim", chosen.head_dim},
                        {"epsilon", 1e-6},
                        {"length", 64},
                        {"forms", QJsonArray::fromStringList(ids_of(chosen.forms))},
                        {"map_variant", ids_of(chosen.forms).value(0)},
                        {"inputs", QString(chosen.inputs)},
                        {"causal", true},
                        {"angle", chosen.angle},
                        {"scaled", true},
                        {"limits", true},
                        {"log", false},
                        {"relative", true}});
    guide_->show_step(step);
    for (std::size_t i = 0; i < page_table().size(); ++i)
        if (QString(page_table()[i].figures.front()) == chosen.page)
            pages_->setCurrentIndex(static_cast<int>(i));
    request_frame();
}

FigureCard* ExplorerPanel::card(const QString& figure) const {
    for (FigureCard* each : cards_)
        if (QString::fromStdString(each->figure().id) == figure) return each;
    return nullptr;
}

// The figures of the page: in one row, or in two where they are higher than wide that way.
void ExplorerPanel::lay_out() {
    const Page& page = page_table()[static_cast<std::size_t>(std::max(0, pages_->currentIndex()))];
    const int width = std::max(stage_->width(), 1), height = std::max(stage_->height(), 1);
    const int across = std::max(1, width / least_card.width());
    const int down = std::max(1, height / least_card.height());
    const auto room = static_cast<std::size_t>(across) * static_cast<std::size_t>(down);
    const std::size_t count = std::clamp(room, page.least, page.figures.size());
    // The number of columns whose cells come nearest to 3:2.
    int columns = 1;
    double best = 1e9;
    for (int each = 1; each <= static_cast<int>(count); ++each) {
        const int rows = (static_cast<int>(count) + each - 1) / each;
        const double shape =
            (static_cast<double>(width) / each) / (static_cast<double>(height) / rows);
        const double away =
            std::fabs(std::log(shape / 1.5)) + 0.15 * (each * rows - static_cast<int>(count));
        if (away < best) {
            best = away;
            columns = each;
        }
    }
    std::vector<FigureCard*> wanted;
    for (std::size_t i = 0; i < count; ++i) wanted.push_back(card(page.figures[i]));
    if (wanted == laid_out_ && columns == columns_) return;
    for (FigureCard* each : laid_out_) {
        grid_->removeWidget(each);
        if (std::find(wanted.begin(), wanted.end(), each) == wanted.end()) each->hide();
    }
    laid_out_ = wanted;
    columns_ = columns;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const int row = static_cast<int>(i) / columns, column = static_cast<int>(i) % columns;
        // The last one takes what is left of its row.
        grid_->addWidget(wanted[i], row, column, 1, i + 1 == wanted.size() ? columns - column : 1);
        wanted[i]->show();
    }
    for (int i = 0; i < 4; ++i) {
        grid_->setColumnStretch(i, i < columns ? 1 : 0);
        grid_->setRowStretch(i, i * columns < static_cast<int>(count) ? 1 : 0);
    }
}

std::vector<FigureCard*> ExplorerPanel::in_view() const {
    return laid_out_;
}

// Only what is in view is computed.
void ExplorerPanel::request_frame() {
    stale_ = true;
    if (!isVisible()) return;
    explore::Request request = controls_->request();
    request.curves = request.denominators = request.map = false;
    for (const FigureCard* each : in_view()) {
        request.curves |= each->figure().part == ExplorePart::curves;
        request.denominators |= each->figure().part == ExplorePart::denominators;
        request.map |= each->figure().part == ExplorePart::map;
    }
    stale_ = false;
    worker_.submit(std::move(request));
}

void ExplorerPanel::take_frame(const FrameResult& result) {
    if (!*result) {
        const explore::Request asked = controls_->request();
        const bool untrained = asked.inputs == explore::Inputs::trained && !asked.trained;
        problem_->setText(untrained ? controls_->trained().message()
                                    : QString::fromStdString(result->error().message));
        problem_->show();
        stage_->hide();
        frame_.reset();
        time_->clear();
        emit frame_shown();
        return;
    }
    if (stage_->isHidden()) {
        problem_->hide();
        stage_->show();
    }
    frame_ = result;
    compute_ms_ = (*result)->first_ms;
    draw_frame();
}

void ExplorerPanel::draw_frame() {
    if (!frame_) return;
    const explore::Frame& frame = frame_->value();
    const ExploreView view = controls_->view();
    draw_ms_ = 0;
    for (FigureCard* each : in_view()) {
        const ExplorePart part = each->figure().part;
        const bool there = part == ExplorePart::curves         ? frame.request.curves
                           : part == ExplorePart::denominators ? frame.request.denominators
                                                               : frame.request.map;
        if (there) draw_ms_ += each->show_frame(frame, view);
    }
    time_->setText(tr("%1 ms").arg(compute_ms_ + draw_ms_, 0, 'f', 0));
    time_->setToolTip(wrapped_tip(tr("The first frame after a change: %1 ms to compute, %2 ms to "
                                     "draw. All seeds, some frames later: %3 ms to compute.")
                                      .arg(compute_ms_, 0, 'f', 1)
                                      .arg(draw_ms_, 0, 'f', 1)
                                      .arg(frame.compute_ms, 0, 'f', 1)));
    emit frame_shown();
}

void ExplorerPanel::send_to_sweep(BudgetAxis how, bool shape) {
    const ExploredBudget budget = controls_->budget();
    const QString words = tr("R = %1, M = %2, P = %3")
                              .arg(budget.nodes)
                              .arg(budget.prf_features)
                              .arg(budget.poly_features);
    if (spec_.locked()) {
        emit said(Severity::warning,
                  tr("A run is going on: stop it first to send %1 to the sweep.").arg(words));
        return;
    }
    const auto next = with_explored_budget(spec_.spec(), budget, how, shape);
    const QString refused = next ? try_edit(spec_, tr("budget %1").arg(words), {}, *next)
                                 : QString::fromStdString(next.error().message);
    if (!refused.isEmpty()) {
        emit said(Severity::error, tr("%1 cannot be sent to the sweep: %2").arg(words, refused));
        return;
    }
    emit said(
        Severity::info,
        how == BudgetAxis::around
            ? tr("The configuration sweeps a budget axis through %1 now. Undo takes it back.")
                  .arg(words)
            : tr("The configuration holds the budget %1 now. Undo takes it back.").arg(words));
}

void ExplorerPanel::take_from_configuration() {
    controls_->set_budget(explored_budget_of(spec_.spec()));
}

void ExplorerPanel::retheme() {
    draw_frame();
}

void ExplorerPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_ || !frame_) request_frame();
}

void ExplorerPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    // The stage has its size after the layout of this event.
    QMetaObject::invokeMethod(
        this,
        [this] {
            const auto before = laid_out_;
            lay_out();
            if (laid_out_ != before) request_frame();
        },
        Qt::QueuedConnection);
}

QJsonObject ExplorerPanel::state() const {
    QJsonObject state = controls_->state();
    state["page"] = pages_->currentIndex();
    return state;
}

void ExplorerPanel::restore(const QJsonObject& state) {
    controls_->restore(state);
    pages_->setCurrentIndex(std::clamp(state["page"].toInt(), 0, pages_->count() - 1));
    request_frame();
}

}  // namespace slay

#include "widgets/plots/plot_view.h"

#include <qcustomplot.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "exports/published.h"
#include "widgets/growth/pinned_baseline.h"
#include "widgets/look/elided_label.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"
#include "widgets/plots/figure_rows.h"

namespace slay {
namespace {

QToolButton* new_tool(const QString& icon, const QString& text, const QString& tip) {
    auto* button = new QToolButton;
    button->setIcon(themed_icon(icon));
    button->setText(text);
    button->setToolTip(tip);
    button->setAccessibleName(text);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

FigureTheme screen_theme() {
    return FigureTheme::screen(QApplication::palette(), QApplication::font());
}

void stretch(QCPAxis* axis, double factor) {
    const QCPRange range = axis->range();
    if (axis->scaleType() == QCPAxis::stLogarithmic) {
        const double centre = std::sqrt(range.lower * range.upper);
        axis->setRange(centre * std::pow(range.lower / centre, factor),
                       centre * std::pow(range.upper / centre, factor));
    } else {
        axis->scaleRange(factor);
    }
}

void shift(QCPAxis* axis, double part) {
    const QCPRange range = axis->range();
    if (axis->scaleType() == QCPAxis::stLogarithmic) {
        const double by = std::pow(range.upper / range.lower, part);
        axis->setRange(range.lower * by, range.upper * by);
    } else {
        axis->moveRange(range.size() * part);
    }
}

}  // namespace

PlotView::PlotView(const FigureSpec& figure, RunDocument& run, QWidget* parent)
    : QWidget(parent), figure_(figure), run_(run) {
    setObjectName("plot-page");
    setAttribute(Qt::WA_StyledBackground);
    plot_ = new QCustomPlot;
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->setAccessibleName(QString::fromStdString(figure.title));
    plot_->setAccessibleDescription(
        tr("Arrow keys pan, plus and minus zoom, 0 resets. T shows the values as a table."));
    plot_->setMinimumSize(200, 140);
    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->setNoAntialiasingOnDrag(true);
    renderer_ = std::make_unique<FigureRenderer>(plot_);

    empty_ = new QLabel(plot_);
    empty_->setObjectName("plot-empty");
    empty_->setMargin(10 * unit);
    empty_->setTextFormat(Qt::PlainText);
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setAttribute(Qt::WA_TransparentForMouseEvents);
    value_ = new QLabel(plot_);
    value_->setObjectName("plot-value");
    value_->setTextFormat(Qt::PlainText);
    value_->setAttribute(Qt::WA_TransparentForMouseEvents);
    value_->setMargin(6);
    value_->setAutoFillBackground(true);
    value_->setFrameShape(QFrame::Box);
    value_->hide();

    notes_ = new ElidedLabel(tr("Notes on the figure"));
    notes_->setObjectName("muted");
    notes_->setContentsMargins(3 * unit, 0, 3 * unit, unit);
    notes_->hide();

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(new_bar());
    subtitle_->setContentsMargins(3 * unit, 0, 3 * unit, unit);
    layout->addWidget(subtitle_);
    layout->addWidget(plot_, 1);
    rows_ = new FigureRows(this);
    table_ = new QTableView;
    table_->setModel(rows_);
    table_->setAccessibleName(
        tr("Values of the figure: %1").arg(QString::fromStdString(figure.title)));
    table_->setFont(tabular_font(QApplication::font()));
    table_->setAlternatingRowColors(true);
    table_->setIconSize({26, 14});
    table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 9);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false);
    table_->installEventFilter(this);
    table_->hide();
    layout->addWidget(table_, 1);
    layout->addWidget(notes_);

    in_flight_ = new QCPItemStraightLine(plot_);
    in_flight_->setVisible(false);
    in_flight_->setSelectable(false);
    connect_plot();
    later_.setSingleShot(true);
    connect(&later_, &QTimer::timeout, this, &PlotView::show_now);
    connect(&run_, &RunDocument::reset, this, [this] {
        fill_panels();
        reset_view();
        refresh();
    });
    connect(&run_, &RunDocument::grown, this, [this] {
        fill_panels();
        refresh();
    });
    connect(&run_, &RunDocument::advanced, this, &PlotView::refresh);
    fill_panels();
}

PlotView::~PlotView() = default;

QWidget* PlotView::new_bar() {
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(3 * unit, unit, unit, unit);
    row->setSpacing(unit);
    subtitle_ = new ElidedLabel(tr("Conditions of the measurement"));
    subtitle_->setObjectName("muted");
    panels_ = new QComboBox;
    panels_->setAccessibleName(tr("Conditions shown"));
    panels_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    connect(panels_, &QComboBox::activated, this, [this](int index) {
        options_.panel = panels_->itemData(index).toString().toStdString();
        refresh();
    });
    metrics_ = new QComboBox;
    metrics_->setAccessibleName(tr("Metric shown"));
    metrics_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    for (const std::string& id : figure_.other_metrics) {
        if (metrics_->count() == 0) add_metric(figure_.metric);
        add_metric(id);
    }
    connect(metrics_, &QComboBox::activated, this, [this](int index) {
        options_.metric = metrics_->itemData(index).toString().toStdString();
        refresh();
    });
    overlay_ = new_tool("overlay", tr("Published"), tr("Show the paper's published curves (O)"));
    overlay_->setCheckable(true);
    overlay_->setPopupMode(QToolButton::MenuButtonPopup);
    sources_ = new QMenu(overlay_);
    sources_->setToolTipsVisible(true);
    overlay_->setMenu(sources_);
    build_overlay_menu();
    overlay_->setVisible(!overlays().empty());
    connect(overlay_, &QToolButton::toggled, this, &PlotView::set_overlay);
    auto* reset = new_tool("fit", tr("Reset view"), tr("Show all of it again (0)"));
    connect(reset, &QToolButton::clicked, this, &PlotView::reset_view);
    ratio_ = new_tool("reference", tr("Ratio"), tr("Show all as multiples of the pinned curve"));
    ratio_->setCheckable(true);
    ratio_->hide();
    connect(ratio_, &QToolButton::toggled, this, &PlotView::refresh);
    row->addWidget(metrics_);
    metrics_->setHidden(metrics_->count() < 2);
    row->addWidget(panels_);
    row->addStretch(1);
    as_table_ = new_tool("table", tr("Table"), tr("Show the values of the figure as a table (T)"));
    as_table_->setCheckable(true);
    connect(as_table_, &QToolButton::toggled, this, &PlotView::show_table);
    row->addWidget(ratio_);
    row->addWidget(overlay_);
    row->addWidget(as_table_);
    row->addWidget(reset);
    return bar;
}

void PlotView::add_metric(const std::string& id) {
    const MetricInfo* info = find_metric(id);
    metrics_->addItem(QString::fromStdString(info ? info->heading : id),
                      QString::fromStdString(id));
    if (info)
        metrics_->setItemData(metrics_->count() - 1, QString::fromStdString(info->help),
                              Qt::ToolTipRole);
}

void PlotView::connect_plot() {
    plot_->installEventFilter(this);
    plot_->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(plot_, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { emit menu_asked(at, plot_->mapToGlobal(at)); });
    connect(plot_, &QCustomPlot::mouseWheel, this, [this] { renderer_->hold_view(); });
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, &PlotView::reset_view);
    connect(plot_, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        const auto entry = renderer_->legend_entry_at(event->position());
        if (entry) toggle_curve(*entry);
        pressed_at_ = event->position();
    });
    connect(plot_, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        if (event->button() == Qt::LeftButton) click_at(event->position());
    });
    connect(plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() & Qt::LeftButton) renderer_->hold_view();
        point_at(event->position());
    });
}

const FigureData& PlotView::data() const {
    return renderer_->data();
}

void PlotView::set_empty_text(const QString& text) {
    empty_->setText(text);
}

std::vector<std::string> PlotView::overlays() const {
    std::vector<std::string> ids;
    if (!figure_.x_metrics.empty()) return ids;  // published numbers are single figures
    for (const PublishedData& data : published_data())
        if (std::any_of(data.points.begin(), data.points.end(),
                        [&](const PublishedPoint& p) { return p.metric == figure_.metric; }))
            ids.push_back(data.id);
    return ids;
}

// The published sources as a menu; those that the preset names are on, else the first.
void PlotView::build_overlay_menu() {
    const auto ids = overlays();
    const auto& named = run_.record().spec().overlays;
    sources_->clear();
    for (const std::string& id : ids) {
        const PublishedData* data = find_published(id);
        if (!data) continue;
        QAction* action = sources_->addAction(QString::fromStdString(data->label));
        action->setToolTip("<p>" + QString::fromStdString(data->source).toHtmlEscaped() + "</p>");
        action->setData(QString::fromStdString(id));
        action->setCheckable(true);
        action->setChecked(named.empty()
                               ? id == ids.front()
                               : std::find(named.begin(), named.end(), id) != named.end());
        connect(action, &QAction::toggled, this, [this] { set_overlay(true); });
    }
}

void PlotView::set_pinned(const PinnedBaseline& pinned) {
    pinned_ = &pinned;
    connect(&pinned, &PinnedBaseline::changed, this, &PlotView::refresh);
    refresh();
}

void PlotView::set_overlay(bool on) {
    const QSignalBlocker blocker(overlay_);
    overlay_->setChecked(on);
    options_.overlays.clear();
    if (on)
        for (const QAction* source : sources_->actions())
            if (source->isChecked())
                options_.overlays.push_back(source->data().toString().toStdString());
    refresh();
}

void PlotView::toggle_curve(const QString& series) {
    const std::string id = series.toStdString();
    if (options_.hidden.erase(id) == 0) options_.hidden.insert(id);
    refresh();
}

void PlotView::set_hidden_curves(const QStringList& ids) {
    options_.hidden.clear();
    for (const QString& id : ids) options_.hidden.insert(id.toStdString());
    refresh();
}

QStringList PlotView::hidden_curves() const {
    QStringList ids;
    for (const std::string& id : options_.hidden) ids << QString::fromStdString(id);
    return ids;
}

void PlotView::zoom(double factor) {
    renderer_->hold_view();
    stretch(plot_->xAxis, factor);
    stretch(plot_->yAxis, factor);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::pan(double right, double up) {
    renderer_->hold_view();
    shift(plot_->xAxis, right);
    shift(plot_->yAxis, up);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::reset_view() {
    renderer_->reset_view();
}

void PlotView::refresh() {
    stale_ = true;
    if (!isVisible() || later_.isActive()) return;
    const double passed =
        last_shown_.isValid() ? static_cast<double>(last_shown_.nsecsElapsed()) / 1e6 : 1e9;
    const double wait = 4 * (build_ms_ + plot_->replotTime(true)) - passed;
    if (wait > 1)
        later_.start(static_cast<int>(wait));
    else
        show_now();
}

void PlotView::show_table(bool on) {
    const QSignalBlocker blocker(as_table_);
    as_table_->setChecked(on);
    const bool had_focus = plot_->hasFocus() || table_->hasFocus();
    plot_->setVisible(!on);
    table_->setVisible(on);
    if (had_focus) on ? table_->setFocus() : plot_->setFocus();
    if (on) {
        rows_->show(data());
        table_->resizeColumnsToContents();
    }
}

bool PlotView::table_shown() const {
    return !table_->isHidden();
}

void PlotView::retheme() {
    refresh();
}

void PlotView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) show_now();
}

void PlotView::show_now() {
    stale_ = false;
    later_.stop();
    QElapsedTimer timer;
    timer.start();
    FigureData figure = build_figure(figure_, run_.record(), options_);
    const bool compared = pinned_ && pinned_->belongs_to(figure);
    ratio_->setVisible(compared);
    if (compared) pinned_->decorate(figure, ratio_->isChecked());
    renderer_->show(figure, screen_theme());
    mark_in_flight();
    if (table_shown()) rows_->show(figure);
    subtitle_->set_text(QString::fromStdString(figure.subtitle));
    subtitle_->setVisible(!figure.subtitle.empty());
    QStringList notes;
    for (const std::string& note : figure.notes) notes << QString::fromStdString(note);
    notes_->set_text(notes.value(0) +
                     (notes.size() > 1 ? tr("  (and %1 more)").arg(notes.size() - 1) : QString()));
    notes_->setToolTip("<p>" + notes.join('\n').toHtmlEscaped().replace('\n', "<br>") + "</p>");
    notes_->setVisible(!notes.isEmpty() && !figure.empty());
    // Published curves may stand alone; empty axes say nothing.
    empty_->setVisible(figure.series.empty() || (figure.empty() && options_.overlays.empty()));
    empty_->setGeometry(plot_->rect());
    last_shown_.start();
    build_ms_ = static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

// A dotted line where points are being measured right now.
void PlotView::mark_in_flight() {
    const RecordedPoint* at = run_.in_flight();
    const double x = at && at->point.experiment == figure_.experiment
                         ? at->point.parameters.real(renderer_->data().x_parameter)
                         : 0;
    in_flight_->setVisible(x > 0);
    if (x <= 0) return;
    in_flight_->setPen(QPen(tones().accent, 1, Qt::DotLine));
    in_flight_->point1->setCoords(x, 1);
    in_flight_->point2->setCoords(x, 2);
}

void PlotView::fill_panels() {
    const QSignalBlocker blocker(panels_);
    panels_->clear();
    for (const Panel& panel : figure_panels(figure_, run_.record()))
        panels_->addItem(QString::fromStdString(panel.label), QString::fromStdString(panel.id));
    panels_->setVisible(panels_->count() > 1);
    const int same = panels_->findData(QString::fromStdString(options_.panel));
    panels_->setCurrentIndex(std::max(0, same));
    options_.panel = panels_->currentData().toString().toStdString();
    build_overlay_menu();
    if (overlay_->isChecked()) set_overlay(true);
}

void PlotView::point_at(QPointF position) {
    const auto hit = renderer_->point_near(position);
    const auto entry = renderer_->legend_entry_at(position);
    const bool takes_clicks = entry || (hit && !figure_.x_metrics.empty());
    plot_->setCursor(takes_clicks ? Qt::PointingHandCursor : Qt::ArrowCursor);
    renderer_->highlight(entry.value_or(QString()));
    value_->setVisible(hit.has_value());
    if (!hit) return;
    QString text = renderer_->describe(*hit);
    if (pinned_ && pinned_->belongs_to(renderer_->data()))
        if (const auto ratio = pinned_->ratio_at(hit->point.x, hit->point.y))
            text += tr("\n%1 \u00d7 pinned").arg(QString::number(*ratio, 'g', 4));
    value_->setText(text);
    value_->adjustSize();
    const int x = static_cast<int>(hit->position.x()) + 12;
    const int y = static_cast<int>(hit->position.y()) - value_->height() - 8;
    value_->move(std::clamp(x, 4, std::max(4, plot_->width() - value_->width() - 4)),
                 std::max(4, y));
    value_->raise();
}

// A press and a release at one place; between two places the plot was dragged.
void PlotView::click_at(QPointF position) {
    if ((position - pressed_at_).manhattanLength() > QApplication::startDragDistance()) return;
    const auto hit = renderer_->point_near(position);
    if (hit && !hit->point.point.empty())
        emit point_clicked(QString::fromStdString(hit->point.point));
}

bool PlotView::key_pressed(int key) {
    constexpr double step = 0.1;
    switch (key) {
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            zoom(0.8);
            return true;
        case Qt::Key_Minus:
            zoom(1.25);
            return true;
        case Qt::Key_Left:
            pan(-step, 0);
            return true;
        case Qt::Key_Right:
            pan(step, 0);
            return true;
        case Qt::Key_Up:
            pan(0, step);
            return true;
        case Qt::Key_Down:
            pan(0, -step);
            return true;
        case Qt::Key_0:
            reset_view();
            return true;
        case Qt::Key_T:
            show_table(!table_shown());
            return true;
        case Qt::Key_O:
            if (overlay_->isVisible()) overlay_->toggle();
            return true;
        default:
            return false;
    }
}

bool PlotView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == table_ && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_T) {
        show_table(false);
        return true;
    }
    if (watched == plot_) {
        if (event->type() == QEvent::KeyPress && key_pressed(static_cast<QKeyEvent*>(event)->key()))
            return true;
        if (event->type() == QEvent::Resize) empty_->setGeometry(plot_->rect());
        if (event->type() == QEvent::Leave) value_->hide();
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace slay

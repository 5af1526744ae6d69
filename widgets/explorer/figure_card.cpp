#include "widgets/explorer/figure_card.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "engine/core/journal.h"
#include "engine/core/units.h"
#include "exports/explore/export_views.h"
#include "widgets/editor/form_row.h"
#include "widgets/look/elided_label.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

constexpr int room_for_notes = 270;    // below which they are one line
constexpr int room_for_caption = 340;  // height of a card, in pixels, below which it is a tooltip

QString text(const std::string& from) {
    return QString::fromStdString(from);
}

}  // namespace

FigureCard::FigureCard(const ExploreFigure& figure, QWidget* parent)
    : QWidget(parent), figure_(figure) {
    setObjectName("plot-page");
    setAttribute(Qt::WA_StyledBackground);
    plot_ = new QCustomPlot;
    plot_->setMinimumSize(180, 120);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->setAccessibleName(text(figure.title));
    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->setNoAntialiasingOnDrag(true);
    plot_->installEventFilter(this);
    renderer_ = std::make_unique<FigureRenderer>(plot_);
    value_ = new QLabel(plot_);
    value_->setObjectName("plot-value");
    value_->setTextFormat(Qt::PlainText);
    value_->setAttribute(Qt::WA_TransparentForMouseEvents);
    value_->setMargin(6);
    value_->setAutoFillBackground(true);
    value_->setFrameShape(QFrame::Box);
    value_->hide();
    caption_ = new QLabel(text(figure.caption));
    caption_->setObjectName("muted");
    caption_->setTextFormat(Qt::PlainText);
    caption_->setWordWrap(true);
    caption_->setContentsMargins(3 * unit, 0, 3 * unit, 0);
    notes_ = new ElidedLabel(tr("What the figure says"));
    notes_->setContentsMargins(3 * unit, 0, 3 * unit, unit);
    const auto new_line = [](const QString& name) {
        auto* line = new QLabel;
        line->setTextFormat(Qt::PlainText);
        line->setWordWrap(true);
        line->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        line->setContentsMargins(3 * unit, 0, 3 * unit, 0);
        line->setAccessibleName(name);
        line->hide();
        return line;
    };
    whole_equation_ = new_line(tr("Equation"));
    whole_equation_->setText(text(figure.equation));
    whole_notes_ = new_line(tr("What the figure says"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(new_head());
    column->addWidget(whole_equation_);
    column->addWidget(plot_, 1);
    column->addWidget(notes_);
    column->addWidget(whole_notes_);
    column->addWidget(caption_);
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, [this] { renderer_->reset_view(); });
    connect(plot_, &QCustomPlot::mouseWheel, this, [this] { renderer_->hold_view(); });
    connect(plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() & Qt::LeftButton) renderer_->hold_view();
        show_value(event->position());
    });
}

FigureCard::~FigureCard() = default;

QWidget* FigureCard::new_head() {
    auto* head = new QWidget;
    title_ = new QLabel(text(figure_.title));
    title_->setTextFormat(Qt::PlainText);
    title_->setObjectName("section");
    equation_ = new ElidedLabel(tr("Equation"));
    equation_->set_text(text(figure_.equation));
    equation_->setToolTip(wrapped_tip(text(figure_.equation)) + wrapped_tip(text(figure_.caption)));
    title_->setToolTip(equation_->toolTip());
    auto* save = new QToolButton;
    save->setIcon(themed_icon("export"));
    save->setToolTip(
        tr("Write this view as PDF, SVG, PNG, pgfplots source or CSV, at the size of "
           "the venue chosen in Export for a paper"));
    save->setAccessibleName(tr("Export %1").arg(text(figure_.title)));
    save->setPopupMode(QToolButton::InstantPopup);
    save->setFocusPolicy(Qt::StrongFocus);
    auto* menu = new QMenu(save);
    const std::pair<const char*, QString> endings[]{{"pdf", tr("PDF\u2026")},
                                                    {"svg", tr("SVG\u2026")},
                                                    {"png", tr("PNG\u2026")},
                                                    {"tex", tr("pgfplots source\u2026")},
                                                    {"csv", tr("Data as CSV\u2026")}};
    for (const auto& [ending, words] : endings)
        connect(menu->addAction(words), &QAction::triggered, this,
                [this, name = QString(ending)] { emit export_asked(name); });
    save->setMenu(menu);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(3 * unit, unit, unit, 0);
    row->setSpacing(2 * unit);
    row->addWidget(title_);
    row->addWidget(equation_, 1);
    row->addStretch(0);
    row->addWidget(save);
    return head;
}

double FigureCard::show_frame(const explore::Frame& frame, const ExploreView& view) {
    QElapsedTimer timer;
    timer.start();
    const FigureData data = figure_.build(frame, view);
    renderer_->show(data, FigureTheme::screen(QApplication::palette(), QApplication::font()),
                    false);
    plot_->replot(QCustomPlot::rpImmediateRefresh);
    title_->setText(text(data.title));
    QStringList notes;
    for (const std::string& note : data.notes) notes << text(note);
    notes_->set_text(notes.join("  "));
    notes_->setToolTip(wrapped_tip(notes.join(' ')));
    whole_notes_->setText(notes.join("  "));
    place_texts();
    plot_->setAccessibleDescription(notes.join(' '));
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

Status FigureCard::export_to(const QString& path, const PaperChoice& choice) const {
    const std::string target = path.toStdString();
    const std::string ending = '.' + QFileInfo(path).suffix().toLower().toStdString();
    if (data().id.empty())
        return Error{ErrorKind::usage, "Nothing is drawn yet: open the view first."};
    for (const std::string& format : view_formats()) {
        if (view_ending(format) != ending) continue;
        const Result<std::string> bytes = view_file(data(), format, choice);
        return bytes ? write_file_atomically(target, *bytes) : Status(bytes.error());
    }
    return Error{ErrorKind::usage,
                 clean_text(target, 300) + ": a view is written as .pdf, .svg, .png, .tex or .csv"};
}

// Where there is room, whole; else one line, the rest as its tooltip. Two lines are kept for the
// notes, so that the plot does not move when a number gets longer.
void FigureCard::place_texts() {
    const bool room = height() >= room_for_caption;
    const bool some = room || height() >= room_for_notes;
    caption_->setVisible(room);
    whole_equation_->setVisible(room);
    equation_->setVisible(!room);
    whole_notes_->setMinimumHeight(2 * fontMetrics().lineSpacing());
    whole_notes_->setVisible(some && !whole_notes_->text().isEmpty());
    notes_->setVisible(!some && !whole_notes_->text().isEmpty());
}

void FigureCard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    place_texts();
}

std::optional<QString> FigureCard::cell_at(QPointF position) const {
    const auto& map = data().map;
    if (!map || !plot_->axisRect()->rect().contains(position.toPoint())) return std::nullopt;
    const auto column = static_cast<int>(std::lround(plot_->xAxis->pixelToCoord(position.x())));
    const auto row = static_cast<int>(std::lround(plot_->yAxis->pixelToCoord(position.y())));
    if (column < 1 || column > map->columns || row < 1 || row > map->rows) return std::nullopt;
    const double value =
        map->values[static_cast<std::size_t>(row - 1) * static_cast<std::size_t>(map->columns) +
                    static_cast<std::size_t>(column - 1)];
    if (std::isnan(value)) return tr("query %1 does not see key %2").arg(row).arg(column);
    return tr("query %1, key %2: %3").arg(row).arg(column).arg(text(format_number(value, 3)));
}

void FigureCard::show_value(QPointF position) {
    std::optional<QString> words = cell_at(position);
    QPointF at = position;
    if (!words)
        if (const auto hit = renderer_->point_near(position)) {
            words = renderer_->describe(*hit);
            at = hit->position;
        }
    value_->setVisible(words.has_value());
    if (!words) return;
    value_->setText(*words);
    value_->adjustSize();
    value_->move(std::clamp(static_cast<int>(at.x()) + 12, 4,
                            std::max(4, plot_->width() - value_->width() - 4)),
                 std::max(4, static_cast<int>(at.y()) - value_->height() - 8));
    value_->raise();
}

bool FigureCard::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::Leave) value_->hide();
    if (event->type() != QEvent::KeyPress) return false;
    const auto zoom = [&](double factor) {
        renderer_->hold_view();
        for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) axis->scaleRange(factor);
        plot_->replot(QCustomPlot::rpQueuedReplot);
        return true;
    };
    switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(0.8);
        case Qt::Key_Minus:
            return zoom(1.25);
        case Qt::Key_0:
            renderer_->reset_view();
            return true;
        default:
            return false;
    }
}

}  // namespace slay

#include "widgets/guide/guide.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "widgets/look/theme.h"

namespace slay {
namespace {

constexpr int usual_width = 340;
constexpr int gap = 3 * unit;

// The first of right, left, below and above of the target that has room; else inside of it.
QPoint place_beside(const QRect& target, const QSize& card, const QRect& window) {
    const auto within = [](int at, int low, int high) { return std::max(low, std::min(at, high)); };
    const int most_x = window.right() - card.width() - gap;
    const int most_y = window.bottom() - card.height() - gap;
    const int y = within(target.top(), gap, most_y);
    if (target.right() + gap + card.width() < window.right()) return {target.right() + gap, y};
    if (target.left() - gap - card.width() > 0) return {target.left() - gap - card.width(), y};
    const int x = within(target.center().x() - card.width() / 2, gap, most_x);
    if (target.bottom() + gap + card.height() < window.bottom()) return {x, target.bottom() + gap};
    if (target.top() - gap - card.height() > 0) return {x, target.top() - gap - card.height()};
    return {x, most_y};
}

}  // namespace

Guide::Guide(QWidget& window, std::vector<GuideStep> steps)
    : QFrame(&window), window_(window), steps_(std::move(steps)) {
    setObjectName("guide");
    setAccessibleName(tr("Guide"));
    setFocusPolicy(Qt::StrongFocus);
    frame_ = new QFrame(&window);
    frame_->setObjectName("guide-frame");
    frame_->setAttribute(Qt::WA_TransparentForMouseEvents);
    count_ = new QLabel;
    count_->setObjectName("muted");
    title_ = new QLabel;
    title_->setObjectName("guide-title");
    title_->setWordWrap(true);
    text_ = new QLabel;
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    back_ = new QPushButton(tr("Back"));
    next_ = new QPushButton;
    next_->setObjectName("primary");
    auto* close = new QPushButton(tr("Leave the guide"));
    close->setFlat(true);
    connect(back_, &QPushButton::clicked, this, [this] { show_step(at_ - 1); });
    connect(next_, &QPushButton::clicked, this, [this] {
        if (at_ + 1 < this->steps())
            show_step(at_ + 1);
        else
            end();
    });
    connect(close, &QPushButton::clicked, this, &Guide::end);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(close);
    buttons->addStretch(1);
    buttons->addWidget(back_);
    buttons->addWidget(next_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(4 * unit, 3 * unit, 4 * unit, 3 * unit);
    column->setSpacing(2 * unit);
    column->addWidget(count_);
    column->addWidget(title_);
    column->addWidget(text_);
    column->addLayout(buttons);
    setFixedWidth(with_font(usual_width));
    window_.installEventFilter(this);
    frame_->show();
    show();
    show_step(0);
}

Guide::~Guide() {
    delete frame_;
}

void Guide::show_step(int index) {
    if (steps_.empty()) return end();
    at_ = std::clamp(index, 0, steps() - 1);
    const GuideStep& step = steps_[static_cast<std::size_t>(at_)];
    count_->setText(tr("Step %1 of %2").arg(at_ + 1).arg(steps()));
    title_->setText(step.title);
    text_->setText(step.text);
    setAccessibleDescription(step.title + ". " + step.text);
    back_->setEnabled(at_ > 0);
    next_->setText(at_ + 1 < steps() ? tr("Next") : tr("Done"));
    next_->setFocus();
    emit step_shown(at_);
    place();
}

void Guide::place() {
    // Its height follows the words at a fixed width, within the border that the style draws.
    ensurePolished();
    for (QLabel* each : {count_, title_, text_}) each->ensurePolished();
    const int border = width() - contentsRect().width();
    layout()->invalidate();
    const int needed = layout()->heightForWidth(width() - border);
    setFixedHeight(needed > 0 ? needed + border : sizeHint().height());
    const QWidget* target = steps_[static_cast<std::size_t>(at_)].target;
    const QRect all = window_.rect();
    const bool seen = target && target->isVisible();
    frame_->setVisible(seen);
    if (seen) {
        const QRect at(target->mapTo(&window_, QPoint(0, 0)), target->size());
        frame_->setGeometry(at.adjusted(-2, -2, 2, 2).intersected(all));
        move(place_beside(at, size(), all));
        frame_->raise();
    } else {
        move(all.center() - QPoint(width() / 2, height() / 2));
    }
    raise();
}

void Guide::end() {
    hide();
    if (frame_) frame_->hide();
    emit ended();
    deleteLater();
}

bool Guide::eventFilter(QObject* watched, QEvent* event) {
    if (watched == &window_ &&
        (event->type() == QEvent::Resize || event->type() == QEvent::LayoutRequest))
        place();
    return QFrame::eventFilter(watched, event);
}

void Guide::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return end();
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        auto* button = qobject_cast<QPushButton*>(focusWidget());
        return (button ? button : next_)->click();
    }
    if (event->key() == Qt::Key_Right) return show_step(at_ + 1);
    if (event->key() == Qt::Key_Left) return show_step(at_ - 1);
    QFrame::keyPressEvent(event);
}

}  // namespace slay

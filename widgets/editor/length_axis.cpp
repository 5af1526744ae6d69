#include "widgets/editor/length_axis.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

constexpr double margin = 14, reach = 9, axis_y = 16;
constexpr double off_the_axis = 40;  // a mark that is dragged so far down is taken out

double log2_of(std::int64_t length) {
    return std::log2(static_cast<double>(std::max<std::int64_t>(1, length)));
}

std::int64_t longest() {
    const ParameterInfo* info = find_parameter("length");
    return info ? static_cast<std::int64_t>(info->maximum) : std::int64_t{1} << 20;
}

// A round number: a multiple of the power of two that is a sixteenth of it.
std::int64_t rounded(double length) {
    std::int64_t step = 1;
    while (static_cast<double>(step * 32) <= length) step *= 2;
    const auto whole = static_cast<std::int64_t>(std::llround(length / static_cast<double>(step)));
    return std::clamp<std::int64_t>(whole * step, 1, longest());
}

QString short_number(std::int64_t length) {
    if (length >= 1024 && length % 1024 == 0)
        return QString::number(length / 1024) + QStringLiteral("k");
    return QString::number(length);
}

void tidy(LengthAxis::Lengths& lengths) {
    std::sort(lengths.begin(), lengths.end());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
}

}  // namespace

LengthAxis::Lengths with_end(const LengthAxis::Lengths& lengths, std::int64_t to, bool upper) {
    LengthAxis::Lengths out;
    for (const std::int64_t length : lengths)
        if (upper ? length <= to : length >= to) out.push_back(length);
    if (out.empty()) out = {upper ? lengths.front() : lengths.back()};
    if (upper)
        while (out.back() * 2 <= to) out.push_back(out.back() * 2);
    else
        while (out.front() % 2 == 0 && out.front() / 2 >= to)
            out.insert(out.begin(), out.front() / 2);
    return out;
}

LengthAxis::LengthAxis(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Length axis"));
    setAccessibleDescription(
        tr("Right and Left move the upper end of the sweep, with Shift the lower end."));
    setCursor(Qt::PointingHandCursor);
}

void LengthAxis::set_lengths(Lengths lengths) {
    if (dragged_) return;
    tidy(lengths);
    lengths_ = std::move(lengths);
    choose_range();
    update();
}

void LengthAxis::choose_range() {
    low_ = 6;
    high_ = 17;
    if (lengths_.empty()) return;
    low_ = std::max(0.0, std::min(low_, std::floor(log2_of(lengths_.front())) - 1));
    high_ = std::max(high_, std::ceil(log2_of(lengths_.back())) + 1);
}

double LengthAxis::x_of(std::int64_t length) const {
    return margin + (width() - 2 * margin) * (log2_of(length) - low_) / (high_ - low_);
}

std::int64_t LengthAxis::length_at(double x) const {
    const double part = (x - margin) / (width() - 2 * margin);
    return rounded(std::exp2(low_ + std::clamp(part, 0.0, 1.0) * (high_ - low_)));
}

std::optional<std::size_t> LengthAxis::mark_near(double x) const {
    std::optional<std::size_t> found;
    double nearest = reach;
    for (std::size_t i = 0; i < lengths_.size(); ++i) {
        const double away = std::abs(x_of(lengths_[i]) - x);
        if (away > nearest) continue;
        nearest = away;
        found = i;
    }
    return found;
}

QString LengthAxis::next_key() {
    return QStringLiteral("drag lengths %1").arg(++drags_);
}

void LengthAxis::change(Lengths next, const QString& key) {
    tidy(next);
    if (next.empty() || next == lengths_) return;
    lengths_ = std::move(next);
    update();
    emit edited(lengths_, key);
}

void LengthAxis::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    dragged_ = mark_near(event->position().x());
    before_ = lengths_;
    key_ = next_key();
}

// From what was there when the drag began: dragging out and back changes nothing.
void LengthAxis::mouseMoveEvent(QMouseEvent* event) {
    if (!dragged_) return;
    const std::int64_t to = length_at(event->position().x());
    const bool first = *dragged_ == 0, last = *dragged_ + 1 == before_.size();
    Lengths next = before_;
    if (last || first) {
        next = with_end(before_, to, last);
    } else {
        next.erase(next.begin() + static_cast<std::ptrdiff_t>(*dragged_));
        if (event->position().y() < axis_y + off_the_axis) next.push_back(to);
    }
    change(std::move(next), key_);
}

void LengthAxis::mouseReleaseEvent(QMouseEvent*) {
    if (!dragged_) return;
    dragged_.reset();
    choose_range();
    update();
}

void LengthAxis::mouseDoubleClickEvent(QMouseEvent* event) {
    dragged_.reset();
    if (mark_near(event->position().x())) return;
    Lengths next = lengths_;
    next.push_back(length_at(event->position().x()));
    change(std::move(next), next_key());
}

void LengthAxis::keyPressEvent(QKeyEvent* event) {
    const bool right = event->key() == Qt::Key_Right, left = event->key() == Qt::Key_Left;
    if (lengths_.empty() || (!right && !left)) return QWidget::keyPressEvent(event);
    const bool upper = !(event->modifiers() & Qt::ShiftModifier);
    const std::int64_t end = upper ? lengths_.back() : lengths_.front();
    const std::int64_t to = right ? end * 2 : std::max<std::int64_t>(1, end / 2);
    if (to > longest()) return;
    change(with_end(lengths_, to, upper), next_key());
    choose_range();
}

bool LengthAxis::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto mark = mark_near(help->pos().x());
    QToolTip::showText(help->globalPos(),
                       mark ? tr("L = %1. Drag an end to go further by doubling, or to cut; drag "
                                 "a mark between to move it, down to take it out.")
                                  .arg(lengths_[*mark])
                            : tr("A double click adds L = %1.").arg(length_at(help->pos().x())),
                       this);
    return true;
}

void LengthAxis::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Tones& tone = tones();
    const bool on = isEnabled();
    QFont font = this->font();
    font.setPointSizeF(font.pointSizeF() * 0.85);
    painter.setFont(font);
    painter.setPen(QPen(tone.faint, 1));
    painter.drawLine(QPointF(margin, axis_y), QPointF(width() - margin, axis_y));
    double free_from = 0;
    for (int power = static_cast<int>(std::ceil(low_)); power <= static_cast<int>(high_); ++power) {
        const std::int64_t length = std::int64_t{1} << power;
        const double x = x_of(length);
        painter.setPen(QPen(tone.faint, 1));
        painter.drawLine(QPointF(x, axis_y - 3), QPointF(x, axis_y + 3));
        const QString text = short_number(length);
        const double wide = QFontMetricsF(font).horizontalAdvance(text);
        if (x - wide / 2 < free_from || x + wide / 2 > width()) continue;
        painter.setPen(tone.muted);
        painter.drawText(QPointF(x - wide / 2, height() - 6), text);
        free_from = x + wide / 2 + 8;
    }
    if (lengths_.empty()) return;
    const QColor colour = on ? tone.accent : tone.faint;
    painter.setPen(QPen(colour, 3));
    painter.drawLine(QPointF(x_of(lengths_.front()), axis_y),
                     QPointF(x_of(lengths_.back()), axis_y));
    for (std::size_t i = 0; i < lengths_.size(); ++i) {
        const bool end = i == 0 || i + 1 == lengths_.size();
        const QPointF at(x_of(lengths_[i]), axis_y);
        painter.setPen(QPen(palette().color(QPalette::Base), 1.5));
        painter.setBrush(colour);
        if (end)
            painter.drawRoundedRect(QRectF(at.x() - 4, axis_y - 9, 8, 18), 3, 3);
        else
            painter.drawEllipse(at, 4.5, 4.5);
    }
    if (hasFocus()) {
        painter.setPen(QPen(tone.accent, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 3, 3);
    }
}

}  // namespace slay

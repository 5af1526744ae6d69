#include "widgets/window/message_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>
#include <utility>

#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent) {
    setObjectName("message");
    icon_ = new QLabel;
    text_ = new QLabel;
    text_->setTextFormat(Qt::PlainText);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text_->setAccessibleName(tr("Message"));
    more_ = new QLabel;
    more_->setObjectName("muted");
    more_->setAccessibleName(tr("Earlier messages"));
    action_ = new QToolButton;
    action_->setAccessibleName(tr("Answer to the message"));
    connect(action_, &QToolButton::clicked, this, [this] {
        if (act_) act_();
    });
    auto* close = new QToolButton;
    close->setIcon(themed_icon("close"));
    close->setAccessibleName(tr("Dismiss the message"));
    close->setToolTip(tr("Dismiss; the log keeps it"));
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    close->setFocusPolicy(Qt::TabFocus);
    action_->setFocusPolicy(Qt::TabFocus);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(3 * unit, unit, 2 * unit, unit);
    row->setSpacing(2 * unit);
    row->addWidget(icon_, 0, Qt::AlignVCenter);
    row->addWidget(text_, 1);
    row->addWidget(more_);
    row->addWidget(action_);
    row->addWidget(close);
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &QWidget::hide);
    hide();
}

void MessageBar::say(Severity severity, const QString& text, const QString& action_text,
                     std::function<void()> action) {
    constexpr int information_ms = 12'000;
    const bool standing = !isHidden() && shown_ != Severity::info;
    if (!standing || severity == Severity::info)
        before_ = 0;
    else if (text != latest_)
        ++before_;
    shown_ = severity;
    latest_ = text;
    more_->setText(before_ > 0 ? tr("and %1 before it, in the log").arg(before_) : QString());
    more_->setVisible(before_ > 0);
    const char* names[] = {"info", "warning", "error"};
    setProperty("severity", names[static_cast<int>(severity)]);
    style()->unpolish(this);
    style()->polish(this);
    const QColor colour = severity == Severity::info ? tones().accent : severity_colour(severity);
    icon_->setPixmap(
        themed_icon(severity_icon(severity), colour).pixmap(QSize(18, 18), devicePixelRatioF()));
    const QString words[] = {tr("Information"), tr("Warning"), tr("Error")};
    icon_->setAccessibleName(words[static_cast<int>(severity)]);
    text_->setText(text);
    act_ = std::move(action);
    action_->setText(action_text);
    action_->setVisible(!action_text.isEmpty());
    show();
    if (severity == Severity::info)
        timer_.start(information_ms);
    else
        timer_.stop();
}

QString MessageBar::text() const {
    return isHidden() ? QString() : latest_;
}

}  // namespace slay

#include "widgets/editor/checked_field.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStyle>
#include <QVBoxLayout>
#include <utility>

namespace slay {

CheckedField::CheckedField(const QString& name, Commit commit, QWidget* parent)
    : QWidget(parent), commit_(std::move(commit)) {
    line_ = new QLineEdit;
    line_->setAccessibleName(name);
    message_ = new QLabel;
    message_->setObjectName("field-error");
    message_->setTextFormat(Qt::PlainText);
    message_->setWordWrap(true);
    message_->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(line_);
    layout->addWidget(message_);
    setFocusProxy(line_);
    line_->installEventFilter(this);
    connect(line_, &QLineEdit::textEdited, this, &CheckedField::typed);
    // Left with a wrong text, the field shows again what holds.
    connect(line_, &QLineEdit::editingFinished, this, [this] {
        if (line_->hasFocus() && !valid()) return;
        set_error({});
        line_->setText(settled_);
    });
}

void CheckedField::set_text(const QString& text) {
    settled_ = text;
    if (committing_) return;  // the user's own words stay as they were typed
    const QSignalBlocker blocker(line_);
    if (line_->text() != text) line_->setText(text);
    set_error({});
}

void CheckedField::set_placeholder(const QString& text) {
    line_->setPlaceholderText(text);
}

void CheckedField::set_error(const QString& message) {
    message_->setText(message);
    message_->setVisible(!message.isEmpty());
    line_->setAccessibleDescription(message);
    if (line_->property("invalid").toBool() == !message.isEmpty()) return;
    line_->setProperty("invalid", !message.isEmpty());
    line_->style()->unpolish(line_);
    line_->style()->polish(line_);
}

QString CheckedField::text() const {
    return line_->text();
}

QString CheckedField::error() const {
    return message_->text();
}

void CheckedField::typed(const QString& text) {
    committing_ = true;
    const QString error = commit_(text);
    committing_ = false;
    set_error(error);
}

// Undo and redo are the document's, not the line's own: the keys go on to the window's actions.
bool CheckedField::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace slay

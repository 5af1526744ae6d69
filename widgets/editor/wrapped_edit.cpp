#include "widgets/editor/wrapped_edit.h"

#include <QKeyEvent>
#include <QTextBlock>
#include <QTextLayout>
#include <algorithm>

namespace slay {

WrappedEdit::WrappedEdit(const QString& name, QWidget* parent) : QPlainTextEdit(parent) {
    setAccessibleName(name);
    setPlaceholderText(name);
    setTabChangesFocus(true);
    setUndoRedoEnabled(false);  // undo is the document's
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    document()->setDocumentMargin(3);
    connect(this, &QPlainTextEdit::textChanged, this, [this] {
        fit_height();
        if (!setting_) emit edited(toPlainText());
    });
    fit_height();
}

void WrappedEdit::set_text(const QString& text) {
    if (toPlainText() == text) return;
    setting_ = true;
    setPlainText(text);
    setting_ = false;
}

void WrappedEdit::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        event->ignore();  // one paragraph
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

bool WrappedEdit::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return false;
        }
    }
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) fit_height();
    return QPlainTextEdit::event(event);
}

void WrappedEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    fit_height();
}

void WrappedEdit::fit_height() {
    int lines = 0;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        blockBoundingGeometry(block);  // lays it out for the width there is
        lines += std::max(1, block.layout()->lineCount());
    }
    const int height = std::max(1, lines) * fontMetrics().lineSpacing() + 9;
    if (height != minimumHeight() || height != maximumHeight()) setFixedHeight(height);
}

}  // namespace slay

#include "widgets/exports/page_view.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/look/theme.h"

namespace slay {

PageView::PageView(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    stack_ = new QStackedWidget;
    column->addWidget(stack_);

    page_ = new QLabel;
    page_->setObjectName("page");
    page_->setAccessibleName(tr("Preview"));
    page_->setContentsMargins(0, 0, 0, 0);
    auto* desk = new QWidget;
    auto* middle = new QVBoxLayout(desk);
    middle->setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit);
    middle->addWidget(page_, 0, Qt::AlignCenter);
    scroll_ = new QScrollArea;
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidgetResizable(true);
    scroll_->setWidget(desk);
    scroll_->setAccessibleName(tr("Preview"));
    stack_->addWidget(scroll_);

    auto* texts = new QWidget;
    auto* lines = new QVBoxLayout(texts);
    problem_ = new QLabel;
    problem_->setTextFormat(Qt::PlainText);
    problem_->setWordWrap(true);
    text_ = new QPlainTextEdit;
    text_->setReadOnly(true);
    text_->setLineWrapMode(QPlainTextEdit::NoWrap);
    text_->setFont(QFont("monospace"));
    text_->setAccessibleName(tr("Table as text"));
    lines->addWidget(problem_);
    lines->addWidget(text_, 1);
    stack_->addWidget(texts);

    message_ = new QLabel;
    message_->setObjectName("muted");
    message_->setTextFormat(Qt::PlainText);
    message_->setAlignment(Qt::AlignCenter);
    message_->setWordWrap(true);
    stack_->addWidget(message_);
}

void PageView::show_page(const QImage& image, const QString& accessible_text) {
    QPixmap pixmap = QPixmap::fromImage(image);
    pixmap.setDevicePixelRatio(devicePixelRatioF());
    page_->setPixmap(pixmap);
    page_->setAccessibleName(accessible_text);
    stack_->setCurrentIndex(0);
}

void PageView::show_text(const QString& text, const QString& problem) {
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    text_->setPlainText(text);
    stack_->setCurrentIndex(1);
}

void PageView::show_message(const QString& text) {
    message_->setText(text);
    stack_->setCurrentIndex(2);
}

void PageView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    emit resized();
}

double PageView::fitting_dots(double width_inches, double height_inches) const {
    const int edge = 8 * unit + 2;
    const double width =
        std::max(120, stack_->width() - edge - scroll_->verticalScrollBar()->sizeHint().width());
    const double height = std::max(120, stack_->height() - edge);
    double dots = width / std::max(0.5, width_inches);
    if (height_inches > 0) dots = std::min(dots, height / height_inches);
    // A page is never blown up beyond what can be judged.
    return std::min(dots * devicePixelRatioF(), 3 * screen_dots());
}

double PageView::screen_dots() const {
    return 96 * devicePixelRatioF();
}

bool PageView::shows_page() const {
    return stack_->currentIndex() == 0 && !page_->pixmap().isNull();
}

}  // namespace slay

#include "widgets/plots/start_page.h"

#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

QPushButton* new_button(const QString& icon, const QString& text, const QString& tip) {
    auto* button = new QPushButton(text);
    button->setIcon(themed_icon(icon));
    button->setIconSize({18, 18});
    button->setToolTip(tip);
    button->setMinimumHeight(36);
    return button;
}

}  // namespace

StartPage::StartPage(QWidget* parent) : QScrollArea(parent) {
    setObjectName("panel");
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setFocusPolicy(Qt::NoFocus);
    auto* page = new QWidget;
    page->setObjectName("start-page");
    page->setAttribute(Qt::WA_StyledBackground);
    auto* mark = new QLabel;
    mark->setPixmap(QIcon(":/slay/slay-workbench.svg").pixmap(72, 72));
    mark->setFixedHeight(72);
    mark->setAccessibleName(tr("The program's mark"));
    auto* title = new QLabel(tr("SLAY Workbench"));
    title->setObjectName("title");
    auto* sentence = new QLabel(
        tr("Measure what an attention variant costs and how well it approximates: time, memory and "
           "error against sequence length, on this machine, with the files a paper needs."));
    sentence->setWordWrap(true);
    sentence->setObjectName("muted");

    auto* quick = new_button("run", tr("Run the quick preset"),
                             tr("Measures a small sweep on this machine; a few minutes at most"));
    quick->setObjectName("primary");
    quick->setIcon(accent_button_icon("run"));
    reference_ = new_button("reference", tr("Open the reference run"),
                            tr("Results that come with the program, made on a GPU"));
    choose_ = new_button("check", tr("Which variant for my case?"),
                         tr("Length, pass and limits answered from the reference run: variant, "
                            "budget, and from which length on"));
    connect(choose_, &QPushButton::clicked, this, &StartPage::choose);
    auto* file = new_button("open", tr("Open a file\u2026"), tr("A preset or a saved run"));
    auto* explorer =
        new_button("search", tr("Explore the kernel"),
                   tr("What SLAY does to the kernel at a budget, on sliders; needs no run"));
    connect(explorer, &QPushButton::clicked, this, &StartPage::explore);
    connect(quick, &QPushButton::clicked, this, &StartPage::run_quick);
    connect(reference_, &QPushButton::clicked, this, &StartPage::open_reference);
    connect(file, &QPushButton::clicked, this, &StartPage::open_file);

    auto* guide = new QPushButton(tr("Five steps through the window"));
    guide->setFlat(true);
    guide->setToolTip(tr("A guide that frames what it speaks of (Shift+F1)"));
    connect(guide, &QPushButton::clicked, this, &StartPage::guide);

    auto* column = new QVBoxLayout;
    column->setSpacing(3 * unit);
    column->addWidget(mark);
    column->addWidget(title);
    column->addWidget(sentence);
    column->addSpacing(2 * unit);
    column->addWidget(quick);
    column->addWidget(choose_);
    column->addWidget(reference_);
    column->addWidget(file);
    column->addWidget(explorer);
    column->addWidget(guide, 0, Qt::AlignLeft);
    auto* box = new QWidget;
    box->setMaximumWidth(with_font(440));
    box->setLayout(column);

    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(8 * unit, 6 * unit, 8 * unit, 6 * unit);
    layout->addStretch(1);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(box, 3);
    row->addStretch(1);
    layout->addLayout(row);
    layout->addStretch(2);
    setWidget(page);
}

// Return presses the button that has the focus, as Space does.
void StartPage::keyPressEvent(QKeyEvent* event) {
    auto* button = qobject_cast<QPushButton*>(focusWidget());
    if (button && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter))
        return button->click();
    QScrollArea::keyPressEvent(event);
}

void StartPage::set_reference_available(bool available) {
    reference_->setVisible(available);
    choose_->setVisible(available);
}

}  // namespace slay

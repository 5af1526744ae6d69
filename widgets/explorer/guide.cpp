#include "widgets/explorer/guide.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {

const std::vector<ExplorerStep>& guide_steps() {
    static const std::vector<ExplorerStep> rows{
        {QT_TRANSLATE_NOOP("slay::GuideBanner", "The kernel and its pole"),
         QT_TRANSLATE_NOOP(
             "slay::GuideBanner",
             "Exact Yat (violet) is small almost everywhere and shoots up as query and key align: "
             "1/\u03b5 at x = 1. The dashed line is all that R = 2 nodes can give, 2.99 there. "
             "Drag R: each node bends the line further up, and none reaches the pole."),
         "explore_kernel",
         2,
         16,
         32,
         32,
         {},
         "clustered"},
        {QT_TRANSLATE_NOOP("slay::GuideBanner", "What a node adds"),
         QT_TRANSLATE_NOOP(
             "slay::GuideBanner",
             "Node r adds w x\u00b2 exp(2 s x). The first have large w and small s: they carry the "
             "flat part. The last have tiny w and large s: they matter near x = 1 only, where the "
             "random features that stand for exp(2 s x) are noisiest."),
         "explore_nodes",
         6,
         16,
         32,
         32,
         {},
         "clustered"},
        {QT_TRANSLATE_NOOP("slay::GuideBanner", "Random features: mean and spread"),
         QT_TRANSLATE_NOOP("slay::GuideBanner",
                           "The anchor form at the paper's budget, over many seeds. The band is "
                           "what one draw may give, the dotted line what more features tend to: "
                           "not x\u00b2 but (1 + 2x\u00b2), so it stays above zero at x = 0. Drag "
                           "M and P: the band narrows around the dotted line. Drag d up: the "
                           "estimate sinks, as the floor at x = 0 comes to fill the row sum."),
         "explore_kernel",
         2,
         16,
         32,
         16,
         {"yat-performer-anchor"},
         "clustered",
         true},
        {QT_TRANSLATE_NOOP("slay::GuideBanner", "Which part of the error is whose"),
         QT_TRANSLATE_NOOP(
             "slay::GuideBanner",
             "Dashed: the quadrature's own error, the floor for all. Two nodes suffice where x is "
             "small: there the random features are what misses, and the budget belongs into M and "
             "P. Towards x = 1 the colours meet the dashed line, and only more nodes would help."),
         "explore_error",
         2,
         32,
         64,
         16,
         {"yat-performer-anchor", "yat-performer-rm"},
         "clustered"},
        {QT_TRANSLATE_NOOP("slay::GuideBanner", "Signed features and the denominator"),
         QT_TRANSLATE_NOOP(
             "slay::GuideBanner",
             "Random Maclaurin is unbiased, but its features have signs: with P = 8 some row sums "
             "fall below zero, and the output turns over. The anchor form is biased and positive: "
             "its sums never do. That is why the paper prefers it. Raise P to see how many it "
             "takes."),
         "explore_denominators",
         2,
         16,
         8,
         32,
         {"yat-performer-rm", "yat-performer-anchor"},
         "clustered"},
        {QT_TRANSLATE_NOOP("slay::GuideBanner", "What it does to attention"),
         QT_TRANSLATE_NOOP(
             "slay::GuideBanner",
             "Exact Yat attends to few keys, the estimate smears its weight over many: compare the "
             "entropies. The note gives the error of the output beside that of equal weights. "
             "Choose random q, k, v: there the kernel hardly matters, and equal weights are hard "
             "to "
             "beat."),
         "explore_exact_map",
         2,
         16,
         32,
         32,
         {"yat-performer-anchor"},
         "clustered"}};
    return rows;
}

GuideBanner::GuideBanner(QWidget* parent) : QFrame(parent) {
    setObjectName("banner");
    text_ = new QLabel;
    text_->setTextFormat(Qt::PlainText);
    text_->setWordWrap(true);
    const auto tool = [](const QString& words, const QString& icon) {
        auto* button = new QToolButton;
        button->setText(words);
        button->setAccessibleName(words);
        button->setToolTip(words);
        if (!icon.isEmpty()) button->setIcon(themed_icon(icon));
        button->setFocusPolicy(Qt::StrongFocus);
        return button;
    };
    back_ = tool(tr("Back"), {});
    next_ = tool(tr("Next"), {});
    auto* close = tool(tr("Close the guide"), "close");
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(3 * unit, unit, unit, unit);
    row->setSpacing(unit);
    row->addWidget(text_, 1);
    row->addWidget(back_);
    row->addWidget(next_);
    row->addWidget(close);
    connect(back_, &QToolButton::clicked, this, [this] { emit step_chosen(step_ - 1); });
    connect(next_, &QToolButton::clicked, this, [this] { emit step_chosen(step_ + 1); });
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    hide();
}

QString GuideBanner::text() const {
    return text_->text();
}

void GuideBanner::show_step(int step) {
    const auto count = static_cast<int>(guide_steps().size());
    if (step < 0 || step >= count) return;
    step_ = step;
    text_->setText(tr("%1 of %2: ").arg(step + 1).arg(count) +
                   tr(guide_steps()[static_cast<std::size_t>(step)].text));
    back_->setEnabled(step > 0);
    next_->setEnabled(step + 1 < count);
    show();
}

}  // namespace slay

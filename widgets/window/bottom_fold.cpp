#include "widgets/window/bottom_fold.h"

#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace slay {
namespace {

constexpr int least_height = 90;
constexpr int folded_height = 4;  // of what is below the tabs

}  // namespace

BottomFold::BottomFold(QMainWindow& window, std::vector<QDockWidget*> docks)
    : QObject(&window), window_(window), docks_(std::move(docks)) {
    // What is hidden lies in a frame that stays: a dock needs something that is shown.
    for (QDockWidget* dock : docks_) {
        auto* frame = new QWidget;
        frame->setMinimumHeight(folded_height - 1);  // none at all is one less than nothing to Qt
        auto* layout = new QVBoxLayout(frame);
        layout->setContentsMargins(0, 0, 0, 0);
        contents_.push_back(dock->widget());
        layout->addWidget(contents_.back());
        dock->setWidget(frame);
    }
}

int BottomFold::height() const {
    if (folded_) return height_;
    int height = 0;
    for (const QDockWidget* dock : docks_)
        if (dock->isVisible() && !dock->visibleRegion().isEmpty())
            height = std::max(height, dock->height());
    return height > 0 ? height : height_;
}

void BottomFold::set_height(int height) {
    height_ = std::max(height, least_height);
    if (!folded_) window_.resizeDocks({docks_.front()}, {height_}, Qt::Vertical);
}

void BottomFold::set_folded(bool folded) {
    watch_tabs();
    if (folded == folded_) return;
    // Not one that a layout has yet to bring to its size.
    if (folded && height() >= least_height) height_ = height();
    folded_ = folded;
    for (QWidget* content : contents_) content->setVisible(!folded);
    for (QDockWidget* dock : docks_)
        dock->setMaximumHeight(folded ? folded_height : QWIDGETSIZE_MAX);
    if (!folded) window_.resizeDocks({docks_.front()}, {height_}, Qt::Vertical);
}

// The window makes the bar of tabbed docks when it first needs it.
void BottomFold::watch_tabs() {
    for (QTabBar* bar : window_.findChildren<QTabBar*>(Qt::FindDirectChildrenOnly)) {
        if (bar->property("watched").toBool()) continue;
        bar->setProperty("watched", true);
        connect(bar, &QTabBar::tabBarClicked, this, [this, bar](int index) {
            const QString title = bar->tabText(index);
            const bool mine =
                std::any_of(docks_.begin(), docks_.end(),
                            [&](const QDockWidget* dock) { return dock->windowTitle() == title; });
            if (mine) set_folded(false);
        });
    }
}

}  // namespace slay

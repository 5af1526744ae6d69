// The docks below the figures, folded to their tabs where what is in front has no use for them:
// the start page, Choose, Compare, the Explorer. A click on a tab opens them again.
#pragma once

#include <QDockWidget>
#include <QMainWindow>
#include <vector>

namespace slay {

class BottomFold : public QObject {
    Q_OBJECT

  public:
    BottomFold(QMainWindow& window, std::vector<QDockWidget*> docks);

    bool folded() const { return folded_; }
    void set_folded(bool folded);
    int height() const;           // of the docks when they are open, in pixels
    void set_height(int height);  // that height, now or when they are opened

  private:
    void watch_tabs();

    QMainWindow& window_;
    std::vector<QDockWidget*> docks_;
    std::vector<QWidget*> contents_;  // of the docks, in their order
    int height_ = 230;
    bool folded_ = false;
};

}  // namespace slay

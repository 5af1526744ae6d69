// Six things to see: each sets the sliders and a page, and says what to look at.
#pragma once

#include <QFrame>
#include <string>
#include <vector>

class QLabel;
class QToolButton;

namespace slay {

struct ExplorerStep {
    const char* title;
    const char* text;  // what to look at, and what it means
    const char* page;  // "explore_kernel": the page whose first figure this is
    int nodes, prf_features, poly_features, head_dim;
    std::vector<std::string> forms;  // shown; the first is that of the attention pattern
    const char* inputs;
    bool angle = false;
};
const std::vector<ExplorerStep>& guide_steps();

// The text of a step above the plots, with a way to the next one.
class GuideBanner : public QFrame {
    Q_OBJECT

  public:
    explicit GuideBanner(QWidget* parent = nullptr);

    void show_step(int step);  // from 0
    int step() const { return step_; }
    QString text() const;

  signals:
    void step_chosen(int step);

  private:
    QLabel* text_;
    QToolButton *back_, *next_;
    int step_ = -1;
};

}  // namespace slay

// The plan before it runs: what each experiment, variant and point is predicted to take, and what
// each edit added to it.
#pragma once

#include <QWidget>

#include "widgets/plan/plan_history.h"

class QLabel;
class QTreeWidget;
class QTreeWidgetItem;

namespace slay {

class PlanPanel : public QWidget {
    Q_OBJECT

  public:
    static constexpr int most_points = 2000;  // of one variant that are listed one by one

    PlanPanel(SpecDocument& document, PlanEstimator& estimator, PlanHistory& history,
              QWidget* parent = nullptr);

    QTreeWidget& plan() const { return *plan_; }
    QTreeWidget& edits() const { return *edits_; }

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void refresh_plan();
    void refresh_edits();
    void list_points(QTreeWidgetItem* variant);

    SpecDocument& document_;
    PlanEstimator& estimator_;
    PlanHistory& history_;
    QLabel* total_;
    QTreeWidget *plan_, *edits_;
    bool stale_ = true;
};

}  // namespace slay

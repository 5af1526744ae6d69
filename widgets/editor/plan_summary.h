// What the edited preset would cost, before anything runs.
#pragma once

#include <QFrame>

#include "widgets/document/plan_estimator.h"

class QLabel;

namespace slay {

class PlanSummary : public QFrame {
    Q_OBJECT

  public:
    explicit PlanSummary(PlanEstimator& estimator, QWidget* parent = nullptr);
    QString text() const;
    void set_change(const QString& text);  // what the latest edit adds; empty: nothing to say

  private:
    void refresh();

    PlanEstimator& estimator_;
    QLabel* figure_;
    QLabel* detail_;
    QLabel* change_;
};

}  // namespace slay

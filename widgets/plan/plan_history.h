// What the plan would cost after each edit, so that an edit shows what it adds.
#pragma once

#include <QObject>
#include <map>
#include <optional>

#include "widgets/document/plan_estimator.h"
#include "widgets/document/spec_document.h"

namespace slay {

struct PlanCost {
    double points = 0, seconds = 0, peak_bytes = 0;
};

class PlanHistory : public QObject {
    Q_OBJECT

  public:
    PlanHistory(SpecDocument& document, PlanEstimator& estimator, QObject* parent = nullptr);

    struct Step {
        int index = 0;                   // of the undo stack: 0 is the state before every edit
        QString edit;                    // "lengths"; empty for the first
        std::optional<PlanCost> cost;    // nothing: could not be planned, or not yet
        std::optional<PlanCost> change;  // against the step before it that has one
    };
    std::vector<Step> steps() const;

    // What the edit that was made last adds: "this edit (lengths): +4 points, +3.1 s, +0.2 GB of
    // peak memory"; empty without an edit.
    QString change_text() const;

  signals:
    void changed();

  private:
    void take_plan();
    void take_index(int index);

    SpecDocument& document_;
    PlanEstimator& estimator_;
    std::map<int, PlanCost> costs_;  // by index of the undo stack
};

// "+4 points, +3.1 s, +0.2 GB of peak memory"; "changes nothing of the cost".
QString cost_change_text(const PlanCost& change);

}  // namespace slay

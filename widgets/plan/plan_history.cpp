#include "widgets/plan/plan_history.h"

#include <QUndoStack>
#include <cmath>

#include "engine/core/units.h"

namespace slay {
namespace {

QString sign(double value) {
    return value < 0 ? QStringLiteral("\u2212") : QStringLiteral("+");
}

}  // namespace

QString cost_change_text(const PlanCost& change) {
    QStringList parts;
    const auto text = [](const std::string& value) { return QString::fromStdString(value); };
    if (change.points != 0)
        parts << sign(change.points) +
                     QObject::tr("%1 points").arg(text(format_count(std::abs(change.points))));
    if (std::abs(change.seconds) >= 0.05)
        parts << sign(change.seconds) + text(format_duration(std::abs(change.seconds)));
    if (std::abs(change.peak_bytes) >= 1e5)
        parts << sign(change.peak_bytes) +
                     QObject::tr("%1 of peak memory")
                         .arg(text(format_bytes(std::abs(change.peak_bytes))));
    return parts.isEmpty() ? QObject::tr("changes nothing of the cost") : parts.join(", ");
}

PlanHistory::PlanHistory(SpecDocument& document, PlanEstimator& estimator, QObject* parent)
    : QObject(parent), document_(document), estimator_(estimator) {
    connect(&estimator_, &PlanEstimator::planned, this, &PlanHistory::take_plan);
    connect(&document_.undo_stack(), &QUndoStack::indexChanged, this, &PlanHistory::take_index);
}

void PlanHistory::take_plan() {
    const auto& plan = estimator_.plan();
    if (!plan || !*plan || (*plan)->spec != document_.spec()) return;
    const Plan& good = **plan;
    costs_[document_.undo_stack().index()] = {static_cast<double>(good.points.size()),
                                              good.predicted_seconds, good.predicted_peak_bytes};
    emit changed();
}

// A new edit takes the place of those that were undone: what they cost is of no state any more.
void PlanHistory::take_index(int index) {
    const int count = document_.undo_stack().count();
    if (index == count) costs_.erase(costs_.lower_bound(index), costs_.end());
    emit changed();
}

std::vector<PlanHistory::Step> PlanHistory::steps() const {
    std::vector<Step> steps;
    std::optional<PlanCost> before;
    const QUndoStack& undo = document_.undo_stack();
    for (int index = 0; index <= undo.count(); ++index) {
        Step step;
        step.index = index;
        if (index > 0) step.edit = undo.text(index - 1);
        if (const auto known = costs_.find(index); known != costs_.end()) step.cost = known->second;
        if (step.cost && before)
            step.change =
                PlanCost{step.cost->points - before->points, step.cost->seconds - before->seconds,
                         step.cost->peak_bytes - before->peak_bytes};
        if (step.cost) before = step.cost;
        steps.push_back(std::move(step));
    }
    return steps;
}

QString PlanHistory::change_text() const {
    const int index = document_.undo_stack().index();
    for (const Step& step : steps())
        if (step.index == index && step.change && !step.edit.startsWith(tr("open ")))
            return tr("this edit (%1): %2").arg(step.edit, cost_change_text(*step.change));
    return {};
}

}  // namespace slay

#include "widgets/editor/plan_summary.h"

#include <QLabel>
#include <QStyle>
#include <QVBoxLayout>

#include "engine/core/units.h"
#include "widgets/editor/spec_editing.h"
#include "widgets/look/theme.h"

namespace slay {

PlanSummary::PlanSummary(PlanEstimator& estimator, QWidget* parent)
    : QFrame(parent), estimator_(estimator) {
    setObjectName("plan");
    setAccessibleName(tr("Plan"));
    figure_ = new QLabel(tr("Planning\u2026"));
    figure_->setObjectName("plan-figure");
    figure_->setTextFormat(Qt::PlainText);
    figure_->setWordWrap(true);
    detail_ = new QLabel;
    detail_->setObjectName("muted");
    detail_->setTextFormat(Qt::PlainText);
    detail_->setWordWrap(true);
    change_ = new QLabel;
    change_->setObjectName("muted");
    change_->setTextFormat(Qt::PlainText);
    change_->setWordWrap(true);
    change_->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 2 * unit);
    layout->setSpacing(2);
    layout->addWidget(figure_);
    layout->addWidget(detail_);
    layout->addWidget(change_);
    connect(&estimator_, &PlanEstimator::planned, this, &PlanSummary::refresh);
}

QString PlanSummary::text() const {
    return figure_->text() + '\n' + detail_->text() +
           (change_->isHidden() ? QString() : '\n' + change_->text());
}

void PlanSummary::set_change(const QString& text) {
    change_->setText(text);
    change_->setHidden(text.isEmpty());
    setAccessibleDescription(this->text());
}

void PlanSummary::refresh() {
    const auto& plan = estimator_.plan();
    if (!plan) return;
    if (!*plan) {
        figure_->setText(tr("This cannot run as it is"));
        detail_->setText(error_without_place(plan->error().message));
        detail_->setObjectName("field-error");
    } else {
        const Plan& good = **plan;
        figure_->setText(
            tr("%1 points, about %2")
                .arg(QString::fromStdString(format_count(static_cast<double>(good.points.size()))),
                     QString::fromStdString(format_duration(good.predicted_seconds))));
        QString detail = tr("up to %1 of memory, predicted for this device")
                             .arg(QString::fromStdString(format_bytes(good.predicted_peak_bytes)));
        if (good.point_seconds > 0 && good.point_seconds < good.spec.measurement.point_seconds)
            detail += tr("\nthe time budget leaves %1 of sampling a point")
                          .arg(QString::fromStdString(format_duration(good.point_seconds)));
        if (good.beyond_budget > 0)
            detail += tr("\nthe last %1 may not be reached in it").arg(good.beyond_budget);
        detail_->setText(detail);
        detail_->setObjectName("muted");
    }
    detail_->style()->unpolish(detail_);
    detail_->style()->polish(detail_);
    setAccessibleDescription(text());
}

}  // namespace slay

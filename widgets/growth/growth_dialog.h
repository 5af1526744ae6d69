// What to add to a run: variants it lacks, lengths it lacks; with what that is predicted to take.
#pragma once

#include <QDialog>

#include "engine/core/plan_growth.h"

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;

namespace slay {

class GrowthDialog : public QDialog {
    Q_OBJECT

  public:
    GrowthDialog(const RunRecord& record, const DeviceRates& rates, QWidget* parent = nullptr);

    PlanGrowth growth() const { return growth_; }
    QListWidget& variants() const { return *variants_; }
    QLineEdit& lengths() const { return *lengths_; }
    QString cost_text() const;
    QStringList command(const QString& folder) const;  // the same on a command line

  private:
    void refresh();

    const RunRecord record_;  // as it was when asked: the run goes on meanwhile
    const DeviceRates rates_;
    PlanGrowth growth_;
    QStringList chosen_, lengths_taken_;
    QListWidget* variants_;
    QLineEdit* lengths_;
    QLabel* cost_;
    QPushButton* add_;
};

}  // namespace slay

// The form of the export dialog: one PaperChoice.
#pragma once

#include <QWidget>

#include "engine/core/run_record.h"
#include "exports/paper/paper_choice.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QSpinBox;

namespace slay {

class ChipRow;

class PaperForm : public QWidget {
    Q_OBJECT

  public:
    // Offers the record's variants.
    explicit PaperForm(const RunRecord& record, QWidget* parent = nullptr);

    // Without `only`, which is chosen elsewhere. All variants on is no choice of variants.
    PaperChoice choice() const;
    // Variants that the record does not have are passed over; none left means all.
    void set_choice(const PaperChoice& choice);  // emits nothing

    QString problem() const;  // what keeps the form from being a choice; empty: nothing

  signals:
    void changed();

  private:
    QComboBox* add_combo(const char* name, const QString& label, const QString& help);
    void fill_venues();
    void refresh_width();

    QStringList variants_;
    QComboBox *venue_, *width_, *face_, *palette_, *x_scale_, *y_scale_, *legend_;
    QDoubleSpinBox* height_;
    QSpinBox* dpi_;
    QCheckBox *title_, *report_;
    ChipRow *variant_chips_, *figure_kinds_, *table_kinds_;
    QFormLayout* rows_;
    bool quiet_ = false;
};

}  // namespace slay

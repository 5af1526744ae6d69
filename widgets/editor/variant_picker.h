// The variants of the sweep as chips, family by family.
#pragma once

#include <QWidget>
#include <vector>

#include "engine/core/variant_info.h"
#include "widgets/document/spec_document.h"

namespace slay {

class ChipRow;
class OwnVariants;

class VariantPicker : public QWidget {
    Q_OBJECT

  public:
    explicit VariantPicker(SpecDocument& document, QWidget* parent = nullptr);

    void refresh();
    ChipRow* family_row(Family family) const;
    OwnVariants* own() const { return own_; }

  signals:
    void refused(const QString& reason);  // empty: the last edit was fine

  private:
    void toggle(const QString& name, bool on);

    struct FamilyRow {
        Family family;
        ChipRow* chips;
    };
    SpecDocument& document_;
    std::vector<FamilyRow> rows_;
    OwnVariants* own_;
};

}  // namespace slay

// The user's own attentions as chips, below the built-in ones.
#pragma once

#include <QWidget>
#include <vector>

#include "engine/core/own_variant.h"
#include "widgets/document/spec_document.h"

class QVBoxLayout;

namespace slay {

class ChipRow;

class OwnVariants : public QWidget {
    Q_OBJECT

  public:
    explicit OwnVariants(SpecDocument& document, QWidget* parent = nullptr);

    void refresh();
    ChipRow* chips() const { return chips_; }  // null: there are none

  signals:
    void refused(const QString& reason);
    void file_wanted();  // the user asks for one more

  private:
    void toggle(const QString& name, bool on);

    SpecDocument& document_;
    QVBoxLayout* layout_;
    ChipRow* chips_ = nullptr;
    std::vector<VariantChoice> known_;  // of this document, chosen or not
};

// The spec with one more variant, behind the others. Nothing where it is there already.
SweepSpec with_own_file(SweepSpec spec, const std::string& path);

}  // namespace slay

// A pill that is on or off: variants (with their line and marker), experiments, choices.
#pragma once

#include <QAbstractButton>
#include <optional>

#include "engine/core/variant_info.h"

namespace slay {

class Chip : public QAbstractButton {
    Q_OBJECT

  public:
    explicit Chip(const QString& text, QWidget* parent = nullptr);
    Chip(const VariantInfo& variant, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    std::optional<VariantStyle> style_;
};

}  // namespace slay

// One line of plain text that ends in dots where there is no room, with all of it as a tooltip.
#pragma once

#include <QLabel>

namespace slay {

class ElidedLabel : public QLabel {
    Q_OBJECT

  public:
    explicit ElidedLabel(const QString& accessible_name, QWidget* parent = nullptr);

    void set_text(const QString& text);
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace slay

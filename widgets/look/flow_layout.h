// A layout that puts its items side by side and goes on in a new line where the width ends.
#pragma once

#include <QLayout>
#include <memory>
#include <vector>

namespace slay {

class FlowLayout : public QLayout {
    Q_OBJECT

  public:
    explicit FlowLayout(int gap, QWidget* parent = nullptr);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override;
    int count() const override;
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    Qt::Orientations expandingDirections() const override { return {}; }
    QSize sizeHint() const override { return minimumSize(); }
    QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

  private:
    int arrange(const QRect& rect, bool apply) const;  // returns the height it takes

    std::vector<std::unique_ptr<QLayoutItem>> items_;
    int gap_;
};

}  // namespace slay

// The lengths of a sweep as marks on a logarithmic axis that are dragged: an end takes the sweep
// further, by doubling, or cuts it; a mark between them moves.
#pragma once

#include <QWidget>
#include <cstdint>
#include <optional>
#include <vector>

namespace slay {

class LengthAxis : public QWidget {
    Q_OBJECT

  public:
    using Lengths = std::vector<std::int64_t>;

    explicit LengthAxis(QWidget* parent = nullptr);

    void set_lengths(Lengths lengths);  // in any order; one that is dragged stays as it is
    const Lengths& lengths() const { return lengths_; }
    double x_of(std::int64_t length) const;  // in the widget

    QSize sizeHint() const override { return {240, 46}; }
    QSize minimumSizeHint() const override { return {120, 46}; }

  signals:
    // `key`: the same for all steps of one drag, so that they are one edit.
    void edited(const std::vector<std::int64_t>& lengths, const QString& key);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;  // the tip under the cursor

  private:
    std::int64_t length_at(double x) const;
    std::optional<std::size_t> mark_near(double x) const;
    void choose_range();
    void change(Lengths next, const QString& key);
    QString next_key();

    Lengths lengths_;             // sorted
    double low_ = 6, high_ = 17;  // of the axis, as powers of two
    std::optional<std::size_t> dragged_;
    Lengths before_;  // when the drag began
    QString key_;
    int drags_ = 0;
};

// The sweep with its upper (or lower) end at `to`: lengths beyond are cut, new ones come by
// doubling (halving). At least one length stays.
LengthAxis::Lengths with_end(const LengthAxis::Lengths& lengths, std::int64_t to, bool upper);

}  // namespace slay

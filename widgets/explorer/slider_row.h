// A symbol, a slider over useful values, and a field that takes any other value of the range.
#pragma once

#include <QWidget>
#include <vector>

class QLabel;
class QLineEdit;
class QSlider;

namespace slay {

struct SliderScale {
    QString symbol, name, help;  // "R", "Quadrature nodes R", one sentence
    std::vector<double> stops;   // ascending: where the slider can stand
    double low = 0, high = 1;    // what the field takes
    bool whole = true;           // integers only
};

class SliderRow : public QWidget {
    Q_OBJECT

  public:
    explicit SliderRow(SliderScale scale, QWidget* parent = nullptr);

    double value() const { return value_; }
    int whole() const { return static_cast<int>(value_); }
    void set_value(double value);  // within the range; emits nothing
    QSlider& slider() const { return *slider_; }
    QLineEdit& field() const { return *field_; }

  signals:
    void changed();  // by the user

  private:
    void take_field();
    QString text_of(double value) const;

    SliderScale scale_;
    QSlider* slider_;
    QLineEdit* field_;
    double value_ = 0;
};

}  // namespace slay

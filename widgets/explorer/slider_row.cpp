#include "widgets/explorer/slider_row.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>
#include <cmath>

#include "widgets/editor/form_row.h"
#include "widgets/look/theme.h"

namespace slay {

SliderRow::SliderRow(SliderScale scale, QWidget* parent)
    : QWidget(parent), scale_(std::move(scale)) {
    auto* symbol = new QLabel(scale_.symbol);
    symbol->setTextFormat(Qt::PlainText);
    symbol->setFixedWidth(std::max(30, symbol->fontMetrics().horizontalAdvance("seed") + unit));
    slider_ = new QSlider(Qt::Horizontal);
    slider_->setRange(0, static_cast<int>(scale_.stops.size()) - 1);
    slider_->setPageStep(std::max(1, slider_->maximum() / 6));
    slider_->setAccessibleName(scale_.name);
    slider_->setMinimumWidth(60);
    field_ = new QLineEdit;
    field_->setAccessibleName(scale_.name);
    field_->setAlignment(Qt::AlignRight);
    field_->setFixedWidth(with_font(62));
    field_->setFont(tabular_font(font()));
    symbol->setBuddy(field_);
    const QString range = scale_.whole
                              ? tr("%1 to %2").arg(scale_.low).arg(scale_.high)
                              : tr("%1 to %2").arg(scale_.low, 0, 'g').arg(scale_.high, 0, 'g');
    const QString tip =
        wrapped_tip(scale_.name + ": " + scale_.help + ' ' + tr("The field takes %1.").arg(range));
    for (QWidget* each : {static_cast<QWidget*>(symbol), static_cast<QWidget*>(slider_),
                          static_cast<QWidget*>(field_)})
        each->setToolTip(tip);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(unit);
    row->addWidget(symbol);
    row->addWidget(slider_, 1);
    row->addWidget(field_);
    connect(slider_, &QSlider::valueChanged, this, [this](int at) {
        value_ = scale_.stops[static_cast<std::size_t>(at)];
        field_->setText(text_of(value_));
        emit changed();
    });
    connect(field_, &QLineEdit::editingFinished, this, &SliderRow::take_field);
    set_value(scale_.stops.front());
}

QString SliderRow::text_of(double value) const {
    return scale_.whole ? QString::number(static_cast<qlonglong>(value))
                        : QString::number(value, 'g', 4);
}

void SliderRow::set_value(double value) {
    value_ = std::clamp(scale_.whole ? std::round(value) : value, scale_.low, scale_.high);
    const auto nearest =
        std::min_element(scale_.stops.begin(), scale_.stops.end(), [&](double a, double b) {
            // On a scale of factors the nearest is that by ratio.
            const auto away = [&](double stop) {
                return stop > 0 && value_ > 0 ? std::fabs(std::log(stop / value_))
                                              : std::fabs(stop - value_);
            };
            return away(a) < away(b);
        });
    const QSignalBlocker blocker(slider_);
    slider_->setValue(static_cast<int>(nearest - scale_.stops.begin()));
    field_->setText(text_of(value_));
}

void SliderRow::take_field() {
    bool good = false;
    const double value = field_->text().trimmed().toDouble(&good);
    const double before = value_;
    set_value(good && std::isfinite(value) ? value : before);
    if (value_ != before) emit changed();
}

}  // namespace slay

#include "widgets/editor/axis_form.h"

#include <QFormLayout>
#include <algorithm>
#include <utility>

#include "engine/core/variant_info.h"
#include "widgets/editor/axis_text.h"
#include "widgets/editor/checked_field.h"
#include "widgets/editor/chip_row.h"
#include "widgets/editor/form_row.h"
#include "widgets/look/definition.h"

namespace slay {
namespace {

// The values a choice or flag can take, in the schema's order.
std::vector<ParameterValue> possible_values(const ParameterInfo& info) {
    if (info.kind == ParameterKind::flag) return {true, false};
    return {info.choices.begin(), info.choices.end()};
}

// A choice without choices: a name or a path.
bool is_free_text(const ParameterInfo& info) {
    return info.kind == ParameterKind::choice && info.choices.empty();
}

QString chip_text(const ParameterInfo& info, const ParameterValue& value) {
    if (info.kind == ParameterKind::flag) return std::get<bool>(value) ? "yes" : "no";
    return QString::fromStdString(std::get<std::string>(value));
}

QString label_of(const ParameterInfo& info) {
    QString label = QString::fromStdString(info.label);
    const QString symbol = QString::fromStdString(info.symbol);
    if (!symbol.isEmpty() && !label.endsWith(symbol)) label += ' ' + symbol;
    return label;
}

// What holds while the axis is empty; variants may differ in it.
QString default_text(const ParameterInfo& info) {
    for (const VariantInfo& variant : variant_catalog())
        for (const ParameterInfo& own : variant.parameters)
            if (own.id == info.id && own.fallback != info.fallback)
                return QObject::tr("default of the variant");
    return QObject::tr("default %1").arg(QString::fromStdString(to_text(info.fallback)));
}

}  // namespace

AxisForm::AxisForm(std::vector<ParameterInfo> rows, Commit commit, QWidget* parent)
    : QWidget(parent), commit_(std::move(commit)) {
    auto* form = new_form();
    setLayout(form);
    for (ParameterInfo& info : rows) rows_.push_back({std::move(info)});
    for (Row& row : rows_) {
        const bool list = row.info.kind == ParameterKind::integer ||
                          row.info.kind == ParameterKind::real || is_free_text(row.info);
        list ? add_list(row) : add_chips(row);
        QWidget* widget = list ? static_cast<QWidget*>(row.field) : row.chips;
        form->addRow(new_row_label(label_of(row.info), definition_of(row.info), widget), widget);
    }
}

void AxisForm::add_list(Row& row) {
    const QString name = QString::fromStdString(row.info.label);
    row.field = new CheckedField(name, [this, info = row.info](const QString& text) {
        const auto values = parse_axis(info, text);
        if (!values) return QString::fromStdString(values.error().message);
        return commit_(info, *values);
    });
    row.field->set_placeholder(default_text(row.info));
    const QString values = is_free_text(row.info)
                               ? tr("%1 Several values are swept.")
                               : tr("%1 Several values are swept: 256, 512, 1024; 256..32768 "
                                    "doubles.");
    row.field->setToolTip(wrapped_tip(values.arg(definition_of(row.info))));
}

void AxisForm::add_chips(Row& row) {
    row.chips = new ChipRow;
    row.chips->setAccessibleName(QString::fromStdString(row.info.label));
    for (const ParameterValue& value : possible_values(row.info)) {
        const QString text = chip_text(row.info, value);
        row.chips->add(QString::fromStdString(to_text(value)), new Chip(text),
                       QString::fromStdString(row.info.help));
    }
    connect(row.chips, &ChipRow::toggled, this,
            [this, &row](const QString& id, bool on) { toggle(row, id, on); });
}

std::vector<ParameterValue> AxisForm::values_of(const ParameterInfo& info) const {
    const auto axis = axes_.find(info.axis);
    if (axis == axes_.end() || axis->second.empty()) return {info.fallback};
    return axis->second;
}

void AxisForm::toggle(const Row& row, const QString& id, bool on) {
    const auto current = values_of(row.info);
    std::vector<ParameterValue> next;
    for (const ParameterValue& value : possible_values(row.info)) {
        const bool chosen = QString::fromStdString(to_text(value)) == id
                                ? on
                                : std::find(current.begin(), current.end(), value) != current.end();
        if (chosen) next.push_back(value);
    }
    // One value has to remain: the last one cannot be switched off.
    if (next.empty() || !commit_(row.info, next).isEmpty()) show_axes(axes_);
}

void AxisForm::show_axes(const Axes& axes) {
    axes_ = axes;
    for (Row& row : rows_) {
        const auto axis = axes_.find(row.info.axis);
        if (row.field) {
            row.field->set_text(axis == axes_.end() ? QString() : axis_text(axis->second));
        } else {
            QStringList ids;
            for (const auto& value : values_of(row.info))
                ids << QString::fromStdString(to_text(value));
            row.chips->set_chosen(ids);
        }
    }
}

CheckedField* AxisForm::field(const std::string& axis) const {
    for (const Row& row : rows_)
        if (row.info.axis == axis) return row.field;
    return nullptr;
}

ChipRow* AxisForm::chips(const std::string& axis) const {
    for (const Row& row : rows_)
        if (row.info.axis == axis) return row.chips;
    return nullptr;
}

}  // namespace slay

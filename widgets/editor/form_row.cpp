#include "widgets/editor/form_row.h"

#include <QFormLayout>
#include <QLabel>

#include "widgets/look/theme.h"

namespace slay {

QFormLayout* new_form() {
    auto* form = new QFormLayout;
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(2 * unit);
    form->setVerticalSpacing(unit + 2);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->setRowWrapPolicy(QFormLayout::DontWrapRows);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
    return form;
}

QLabel* new_section(const QString& title) {
    auto* label = new QLabel(title);
    label->setObjectName("section");
    label->setContentsMargins(0, 2 * unit, 0, 0);
    return label;
}

QLabel* new_row_label(const QString& text, const QString& help, QWidget* field) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setFixedWidth(with_font(96));
    label->setWordWrap(true);
    label->setContentsMargins(0, 4, 0, 0);
    label->setToolTip(wrapped_tip(help));
    label->setBuddy(field);
    return label;
}

QLabel* new_error_label() {
    auto* label = new QLabel;
    label->setObjectName("field-error");
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->hide();
    return label;
}

QString wrapped_tip(const QString& text) {
    return text.isEmpty() ? QString() : "<p>" + text.toHtmlEscaped() + "</p>";
}

}  // namespace slay

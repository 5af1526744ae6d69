// Rows of the editor: a label of one width at the left, the field at the right.
#pragma once

#include <QString>

class QFormLayout;
class QLabel;
class QVBoxLayout;
class QWidget;

namespace slay {

QFormLayout* new_form();
QLabel* new_section(const QString& title);  // a quiet heading above a group of rows
QLabel* new_row_label(const QString& text, const QString& help, QWidget* field);
QLabel* new_error_label();  // hidden until it has a text

// Plain text from a file or a schema as a tooltip that wraps.
QString wrapped_tip(const QString& text);

}  // namespace slay

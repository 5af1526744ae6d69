// Rows for sweep axes, made from the parameter schema: a checked list for numbers, chips for
// choices and flags.
#pragma once

#include <QString>
#include <QWidget>
#include <functional>
#include <string>
#include <vector>

#include "engine/core/parameters.h"
#include "engine/core/sweep_spec.h"

namespace slay {

class CheckedField;
class ChipRow;

class AxisForm : public QWidget {
    Q_OBJECT

  public:
    // Sets one axis (an empty list takes it out, so that the default holds); returns why not, or
    // "".
    using Commit = std::function<QString(const ParameterInfo& info,
                                         const std::vector<ParameterValue>& values)>;

    AxisForm(std::vector<ParameterInfo> rows, Commit commit, QWidget* parent = nullptr);

    void show_axes(const Axes& axes);
    CheckedField* field(const std::string& axis) const;  // null: no list of that name
    ChipRow* chips(const std::string& axis) const;

  private:
    struct Row {
        ParameterInfo info;
        CheckedField* field = nullptr;  // a list of numbers, or
        ChipRow* chips = nullptr;       // a choice
    };
    void add_list(Row& row);
    void add_chips(Row& row);
    void toggle(const Row& row, const QString& id, bool on);
    std::vector<ParameterValue> values_of(const ParameterInfo& info) const;

    std::vector<Row> rows_;
    Commit commit_;
    Axes axes_;
};

}  // namespace slay

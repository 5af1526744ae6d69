// The right panel: the loaded preset as an editor, made from the parameter schema.
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "engine/run/executor.h"
#include "widgets/document/plan_estimator.h"
#include "widgets/document/spec_document.h"

class QLabel;
class QVBoxLayout;

namespace slay {

class AxisForm;
class CheckedField;
class ChipRow;
class LengthAxis;
class MeasurementForm;
class PlanSummary;
class VariantPicker;
class WrappedEdit;

class ConfigurationPanel : public QWidget {
    Q_OBJECT

  public:
    ConfigurationPanel(SpecDocument& document, PlanEstimator& estimator, QWidget* parent = nullptr);

    void set_devices(const std::vector<DeviceInfo>& devices);

    // For tests and for jumping to a field.
    CheckedField* axis_field(const std::string& axis) const;
    ChipRow* axis_chips(const std::string& axis) const;
    VariantPicker* variants() const { return variants_; }
    PlanSummary* plan() const { return plan_; }
    LengthAxis* length_axis() const { return length_axis_; }

  private:
    void build_body(QVBoxLayout* body);
    void build_axes();
    void add_length_axis();
    void show_lengths();
    void refresh();
    void set_locked(bool locked);
    std::string axis_shape() const;  // which axis rows the spec calls for
    void add_axis_form(const QString& title, std::vector<ParameterInfo> rows,
                       const std::string& experiment);
    void toggle_experiment(const QString& name, bool on);

    struct Form {
        AxisForm* form;
        std::string experiment;  // empty: /sweep; else its own values
    };
    SpecDocument& document_;
    QWidget* editable_;
    QWidget* locked_banner_;
    WrappedEdit* title_;
    WrappedEdit* description_;
    ChipRow* experiments_;
    QLabel* experiments_error_;
    VariantPicker* variants_;
    QLabel* variants_error_;
    QVBoxLayout* axes_layout_;
    QWidget* axes_box_ = nullptr;
    LengthAxis* length_axis_ = nullptr;
    MeasurementForm* measurement_;
    PlanSummary* plan_;
    std::vector<Form> forms_;
    std::string shape_;
};

}  // namespace slay

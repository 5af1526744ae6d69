// How to measure: the device, and a row for each field of the measurement's schema.
#pragma once

#include <QWidget>
#include <vector>

#include "engine/core/measurement_schema.h"
#include "engine/run/executor.h"
#include "widgets/document/spec_document.h"

class QCheckBox;
class QComboBox;

namespace slay {

class CheckedField;

class MeasurementForm : public QWidget {
    Q_OBJECT

  public:
    explicit MeasurementForm(SpecDocument& document, QWidget* parent = nullptr);

    void set_devices(const std::vector<DeviceInfo>& devices);
    void refresh();  // from the document

  private:
    struct Row {
        const MeasurementField* schema;
        CheckedField* number = nullptr;  // one of these three
        QComboBox* choice = nullptr;
        QCheckBox* flag = nullptr;
    };
    QWidget* new_number(Row& row);
    QWidget* new_choice(Row& row);
    QWidget* new_flag(Row& row);
    QString store(const MeasurementField& schema, const ParameterValue& value);

    SpecDocument& document_;
    QComboBox* device_;
    std::vector<Row> rows_;
};

}  // namespace slay

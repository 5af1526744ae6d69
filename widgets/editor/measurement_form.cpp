#include "widgets/editor/measurement_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QSignalBlocker>
#include <QWheelEvent>

#include "engine/core/units.h"
#include "widgets/editor/axis_text.h"
#include "widgets/editor/checked_field.h"
#include "widgets/editor/form_row.h"
#include "widgets/editor/spec_editing.h"

namespace slay {
namespace {

// A choice in a scrolling form: the wheel scrolls the form and changes nothing.
class FormComboBox : public QComboBox {
  public:
    explicit FormComboBox(const QString& name) {
        setAccessibleName(name);
        setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        setMinimumContentsLength(8);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        setFocusPolicy(Qt::StrongFocus);
    }

  protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

QString label_of(const ParameterInfo& info) {
    QString label = QString::fromStdString(info.label);
    if (!info.unit.empty()) label += " (" + QString::fromStdString(info.unit) + ')';
    return label;
}

}  // namespace

MeasurementForm::MeasurementForm(SpecDocument& document, QWidget* parent)
    : QWidget(parent), document_(document) {
    auto* form = new_form();
    setLayout(form);
    device_ = new FormComboBox(tr("Device"));
    form->addRow(
        new_row_label(tr("Device"), tr("auto takes the first CUDA device, else the CPU."), device_),
        device_);
    connect(device_, &QComboBox::activated, this, [this](int index) {
        SweepSpec next = document_.spec();
        next.device = device_->itemData(index).toString().toStdString();
        if (!try_edit(document_, tr("device"), {}, next).isEmpty()) refresh();
    });

    for (const MeasurementField& schema : measurement_fields()) {
        const ParameterInfo& info = schema.info;
        if (info.kind == ParameterKind::choice && info.choices.size() < 2) continue;
        Row row{&schema};
        QWidget* field = info.kind == ParameterKind::choice ? new_choice(row)
                         : info.kind == ParameterKind::flag ? new_flag(row)
                                                            : new_number(row);
        const QString help = QString::fromStdString(info.help);
        field->setToolTip(wrapped_tip(help));
        form->addRow(new_row_label(label_of(info), help, field), field);
        rows_.push_back(row);
    }
    set_devices({});
}

QString MeasurementForm::store(const MeasurementField& schema, const ParameterValue& value) {
    SweepSpec next = document_.spec();
    set_field(next.measurement, schema, value);
    return try_edit(document_, QString::fromStdString(schema.info.label).toLower(),
                    QString::fromStdString("measurement/" + schema.info.id), next);
}

QWidget* MeasurementForm::new_number(Row& row) {
    const MeasurementField* schema = row.schema;
    row.number = new CheckedField(QString::fromStdString(schema->info.label),
                                  [this, schema](const QString& text) {
                                      const auto values = parse_axis(schema->info, text);
                                      if (!values)
                                          return QString::fromStdString(values.error().message);
                                      if (values->size() != 1) return tr("expected one number");
                                      return store(*schema, values->front());
                                  });
    return row.number;
}

QWidget* MeasurementForm::new_choice(Row& row) {
    const MeasurementField* schema = row.schema;
    row.choice = new FormComboBox(QString::fromStdString(schema->info.label));
    for (const std::string& choice : schema->info.choices)
        row.choice->addItem(QString::fromStdString(choice));
    connect(row.choice, &QComboBox::textActivated, this, [this, schema](const QString& text) {
        if (!store(*schema, text.toStdString()).isEmpty()) refresh();
    });
    return row.choice;
}

QWidget* MeasurementForm::new_flag(Row& row) {
    const MeasurementField* schema = row.schema;
    row.flag = new QCheckBox(tr("on"));
    row.flag->setAccessibleName(QString::fromStdString(schema->info.label));
    connect(row.flag, &QCheckBox::clicked, this, [this, schema](bool on) {
        if (!store(*schema, on).isEmpty()) refresh();
    });
    return row.flag;
}

void MeasurementForm::set_devices(const std::vector<DeviceInfo>& devices) {
    const QSignalBlocker blocker(device_);
    device_->clear();
    device_->addItem(tr("auto"), "auto");
    device_->addItem(tr("CPU"), "cpu");
    if (devices.empty()) device_->addItem(tr("CUDA"), "cuda");
    int gpus = 0;
    for (const DeviceInfo& device : devices) {
        if (!device.cuda) {
            device_->setItemData(device_->findData("cpu"),
                                 QString::fromStdString(clean_text(device.name)), Qt::ToolTipRole);
            continue;
        }
        ++gpus;
        device_->addItem(QString::fromStdString(device.id + ", " + clean_text(device.name)),
                         QString::fromStdString(device.id));
    }
    if (gpus > 1) device_->addItem(tr("all %1 GPUs at once").arg(gpus), "cuda:all");
    refresh();
}

void MeasurementForm::refresh() {
    const SweepSpec& spec = document_.spec();
    const QString device = QString::fromStdString(clean_text(spec.device));
    if (device_->findData(device) < 0) device_->addItem(device, device);
    device_->setCurrentIndex(device_->findData(device));
    for (const Row& row : rows_) {
        const ParameterValue value = get_field(spec.measurement, *row.schema);
        const QString text = QString::fromStdString(to_text(value));
        if (row.number) row.number->set_text(text);
        if (row.choice) row.choice->setCurrentText(text);
        if (row.flag) row.flag->setChecked(std::get<bool>(value));
    }
}

}  // namespace slay

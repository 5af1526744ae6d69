#include "widgets/editor/configuration_panel.h"

#include <QFrame>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "widgets/editor/axis_form.h"
#include "widgets/editor/checked_field.h"
#include "widgets/editor/chip_row.h"
#include "widgets/editor/form_row.h"
#include "widgets/editor/length_axis.h"
#include "widgets/editor/measurement_form.h"
#include "widgets/editor/plan_summary.h"
#include "widgets/editor/spec_editing.h"
#include "widgets/editor/variant_picker.h"
#include "widgets/editor/wrapped_edit.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

QWidget* new_locked_banner() {
    auto* banner = new QFrame;
    banner->setObjectName("banner");
    auto* row = new QHBoxLayout(banner);
    row->setContentsMargins(2 * unit, unit + 2, 2 * unit, unit + 2);
    auto* icon = new QLabel;
    icon->setPixmap(themed_icon("lock", tones().accent).pixmap(16, 16));
    auto* text = new QLabel(QObject::tr("Locked while the run is going on"));
    row->addWidget(icon);
    row->addWidget(text, 1);
    banner->hide();
    return banner;
}

// The parameters of the chosen variants, each once, in the catalog's order.
std::vector<ParameterInfo> variant_rows(const SweepSpec& spec) {
    std::vector<ParameterInfo> rows;
    for (const VariantInfo& variant : variant_catalog()) {
        const bool chosen = std::any_of(spec.variants.begin(), spec.variants.end(),
                                        [&](const auto& v) { return v.name == variant.name; });
        if (!chosen) continue;
        for (const ParameterInfo& info : variant.parameters)
            if (!info.axis.empty() && std::none_of(rows.begin(), rows.end(), [&](const auto& row) {
                    return row.axis == info.axis;
                }))
                rows.push_back(info);
    }
    return rows;
}

std::vector<ParameterInfo> shared_rows(std::initializer_list<std::string_view> ids) {
    std::vector<ParameterInfo> rows;
    for (const ParameterInfo& info : shared_parameters())
        if (std::find(ids.begin(), ids.end(), info.id) != ids.end()) rows.push_back(info);
    return rows;
}

// What shared_rows() of the named groups leaves: new parameters turn up by themselves.
std::vector<ParameterInfo> remaining_rows(std::initializer_list<std::string_view> ids) {
    std::vector<ParameterInfo> rows;
    for (const ParameterInfo& info : shared_parameters())
        if (!info.axis.empty() && std::find(ids.begin(), ids.end(), info.id) == ids.end())
            rows.push_back(info);
    return rows;
}

QString scale_text(const Scale& scale) {
    QStringList parts;
    for (const auto& [id, value] : scale.parameters) {
        const ParameterInfo* info = find_parameter(id);
        const std::string name = info && !info->symbol.empty() ? info->symbol : id;
        parts << QString::fromStdString(name + " = " + to_text(value));
    }
    return QString::fromStdString(clean_text(scale.label)) + ": " + parts.join(", ");
}

}  // namespace

ConfigurationPanel::ConfigurationPanel(SpecDocument& document, PlanEstimator& estimator,
                                       QWidget* parent)
    : QWidget(parent), document_(document) {
    setObjectName("panel");
    setAttribute(Qt::WA_StyledBackground);
    setAccessibleName(tr("Configuration"));
    setMinimumWidth(with_font(290));
    auto* content = new QWidget;
    content->setObjectName("panel-body");
    auto* content_layout = new QVBoxLayout(content);
    content_layout->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 3 * unit);
    content_layout->setSpacing(unit);
    locked_banner_ = new_locked_banner();
    content_layout->addWidget(locked_banner_);
    editable_ = new QWidget;
    auto* body = new QVBoxLayout(editable_);
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(unit + 2);
    content_layout->addWidget(editable_);
    content_layout->addStretch(1);
    build_body(body);

    auto* scroll = new QScrollArea;
    scroll->setObjectName("panel");
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    plan_ = new PlanSummary(estimator);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scroll, 1);
    layout->addWidget(plan_);

    connect(&document_, &SpecDocument::changed, this, &ConfigurationPanel::refresh);
    connect(&document_, &SpecDocument::locked_changed, this, &ConfigurationPanel::set_locked);
    refresh();
}

void ConfigurationPanel::build_body(QVBoxLayout* body) {
    const auto words = [this](const QString& name, std::string SweepSpec::*member) {
        auto* edit = new WrappedEdit(name);
        connect(edit, &WrappedEdit::edited, this, [this, name, member](const QString& text) {
            SweepSpec next = document_.spec();
            next.*member = text.toStdString();
            try_edit(document_, name.toLower(), name, next);
        });
        return edit;
    };
    title_ = words(tr("Title"), &SweepSpec::title);
    title_->setObjectName("preset-title");
    description_ = words(tr("Description"), &SweepSpec::description);
    description_->setObjectName("preset-description");
    body->addWidget(title_);
    body->addWidget(description_);

    body->addWidget(new_section(tr("Experiments")));
    experiments_ = new ChipRow;
    experiments_->setAccessibleName(tr("Experiments"));
    for (const ExperimentInfo& experiment : experiment_catalog())
        experiments_->add(QString::fromStdString(experiment.name),
                          new Chip(QString::fromStdString(experiment.title)),
                          QString::fromStdString(experiment.question));
    body->addWidget(experiments_);
    experiments_error_ = new_error_label();
    body->addWidget(experiments_error_);
    connect(experiments_, &ChipRow::toggled, this, &ConfigurationPanel::toggle_experiment);

    body->addWidget(new_section(tr("Variants")));
    variants_ = new VariantPicker(document_);
    body->addWidget(variants_);
    variants_error_ = new_error_label();
    body->addWidget(variants_error_);
    connect(variants_, &VariantPicker::refused, this, [this](const QString& reason) {
        variants_error_->setText(reason);
        variants_error_->setVisible(!reason.isEmpty());
    });

    axes_layout_ = new QVBoxLayout;
    axes_layout_->setContentsMargins(0, 0, 0, 0);
    body->addLayout(axes_layout_);

    body->addWidget(new_section(tr("Measurement")));
    measurement_ = new MeasurementForm(document_);
    body->addWidget(measurement_);
}

void ConfigurationPanel::toggle_experiment(const QString& name, bool on) {
    SweepSpec next = document_.spec();
    const std::string id = name.toStdString();
    std::vector<std::string> chosen;
    for (const ExperimentInfo& experiment : experiment_catalog()) {
        const bool had = std::find(next.experiments.begin(), next.experiments.end(),
                                   experiment.name) != next.experiments.end();
        if (experiment.name == id ? on : had) chosen.push_back(experiment.name);
    }
    next.experiments = std::move(chosen);
    if (!on) next.overrides.erase(id);
    const QString error =
        next.experiments.empty()
            ? tr("A sweep needs one experiment at least.")
            : try_edit(document_, on ? tr("add %1").arg(name) : tr("remove %1").arg(name), {},
                       next);
    experiments_error_->setText(error);
    experiments_error_->setVisible(!error.isEmpty());
    if (!error.isEmpty()) refresh();
}

std::string ConfigurationPanel::axis_shape() const {
    std::string shape;
    for (const ParameterInfo& row : variant_rows(document_.spec())) shape += row.axis + ' ';
    for (const auto& [experiment, own] : document_.spec().overrides) {
        shape += "| " + experiment + ' ';
        for (const auto& [axis, values] : own.axes) shape += axis + ' ';
    }
    for (const Scale& scale : document_.spec().scales)
        shape += "| " + scale_text(scale).toStdString();
    return shape;
}

void ConfigurationPanel::add_axis_form(const QString& title, std::vector<ParameterInfo> rows,
                                       const std::string& experiment) {
    if (rows.empty()) return;
    axes_box_->layout()->addWidget(new_section(title));
    auto* form = new AxisForm(
        std::move(rows), [this, experiment](const ParameterInfo& info, const auto& values) {
            SweepSpec next = document_.spec();
            Axes& axes = experiment.empty() ? next.axes : next.overrides[experiment].axes;
            if (values.empty() && !experiment.empty())
                return tr("a value of its own is needed here");
            if (values.empty())
                axes.erase(info.axis);
            else
                axes[info.axis] = values;
            const QString label = QString::fromStdString(info.label).toLower();
            return try_edit(document_, label, QString::fromStdString(experiment + '/' + info.axis),
                            next);
        });
    axes_box_->layout()->addWidget(form);
    forms_.push_back({form, experiment});
}

void ConfigurationPanel::add_length_axis() {
    length_axis_ = new LengthAxis;
    connect(length_axis_, &LengthAxis::edited, this,
            [this](const std::vector<std::int64_t>& lengths, const QString& key) {
                SweepSpec next = document_.spec();
                next.axes["lengths"] = {lengths.begin(), lengths.end()};
                try_edit(document_, tr("lengths"), key, next);
            });
    axes_box_->layout()->addWidget(length_axis_);
}

void ConfigurationPanel::show_lengths() {
    std::vector<std::int64_t> lengths;
    if (const auto axis = document_.spec().axes.find("lengths");
        axis != document_.spec().axes.end())
        for (const ParameterValue& value : axis->second)
            if (const auto* length = std::get_if<std::int64_t>(&value)) lengths.push_back(*length);
    length_axis_->set_lengths(std::move(lengths));
}

void ConfigurationPanel::build_axes() {
    shape_ = axis_shape();
    forms_.clear();
    delete axes_box_;
    axes_box_ = new QWidget;
    auto* layout = new QVBoxLayout(axes_box_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(unit + 2);
    axes_layout_->addWidget(axes_box_);

    add_axis_form(tr("Sweep"), shared_rows({"length"}), {});
    add_length_axis();
    add_axis_form(tr("Shape"), shared_rows({"batch", "heads", "width"}), {});
    add_axis_form(tr("Feature budget"), variant_rows(document_.spec()), {});
    add_axis_form(tr("Conditions"), remaining_rows({"length", "batch", "heads", "width"}), {});
    if (!document_.spec().scales.empty()) {
        layout->addWidget(new_section(tr("Scales, moved together")));
        for (const Scale& scale : document_.spec().scales) {
            auto* label = new QLabel(scale_text(scale));
            label->setTextFormat(Qt::PlainText);
            label->setWordWrap(true);
            layout->addWidget(label);
        }
    }
    for (const auto& [experiment, own] : document_.spec().overrides) {
        std::vector<ParameterInfo> rows;
        for (const auto& [axis, values] : own.axes)
            if (const ParameterInfo* info = find_axis(axis)) rows.push_back(*info);
        const ExperimentInfo* info = find_experiment(experiment);
        const QString name = QString::fromStdString(info ? info->title : experiment);
        add_axis_form(tr("Only for %1").arg(name), std::move(rows), experiment);
    }
}

void ConfigurationPanel::refresh() {
    const SweepSpec& spec = document_.spec();
    if (!axes_box_ || shape_ != axis_shape()) build_axes();
    title_->set_text(QString::fromStdString(clean_text(spec.title)));
    description_->set_text(QString::fromStdString(clean_text(spec.description)));
    QStringList experiments;
    for (const std::string& name : spec.experiments) experiments << QString::fromStdString(name);
    experiments_->set_chosen(experiments);
    variants_->refresh();
    for (const Form& form : forms_) {
        const auto own = spec.overrides.find(form.experiment);
        if (form.experiment.empty())
            form.form->show_axes(spec.axes);
        else if (own != spec.overrides.end())
            form.form->show_axes(own->second.axes);
    }
    show_lengths();
    measurement_->refresh();
}

void ConfigurationPanel::set_locked(bool locked) {
    editable_->setEnabled(!locked);
    locked_banner_->setVisible(locked);
}

void ConfigurationPanel::set_devices(const std::vector<DeviceInfo>& devices) {
    measurement_->set_devices(devices);
}

CheckedField* ConfigurationPanel::axis_field(const std::string& axis) const {
    for (const Form& form : forms_)
        if (form.experiment.empty())
            if (auto* field = form.form->field(axis)) return field;
    return nullptr;
}

ChipRow* ConfigurationPanel::axis_chips(const std::string& axis) const {
    for (const Form& form : forms_)
        if (form.experiment.empty())
            if (auto* chips = form.form->chips(axis)) return chips;
    return nullptr;
}

}  // namespace slay

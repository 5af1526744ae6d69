#include "widgets/explorer/explorer_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QJsonArray>
#include <QLabel>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "engine/core/experiment_info.h"
#include "engine/core/variant_info.h"
#include "widgets/editor/chip_row.h"
#include "widgets/editor/form_row.h"
#include "widgets/explorer/qkv_choice.h"
#include "widgets/look/theme.h"
#include "widgets/look/variant_swatch.h"

namespace slay {
namespace {

std::vector<double> whole_stops(std::initializer_list<int> values) {
    return {values.begin(), values.end()};
}

std::vector<double> counts(int first, int last, int step) {
    std::vector<double> out;
    for (int value = first; value <= last; value += step) out.push_back(value);
    return out;
}

// 1e-9 to 1, four to a decade.
std::vector<double> epsilons() {
    std::vector<double> out;
    for (int quarter = -36; quarter <= 0; ++quarter) {
        const double value = std::pow(10.0, quarter / 4.0);
        const double decade = std::pow(10.0, std::floor(std::log10(value) + 1e-9));
        out.push_back(std::round(value / decade * 10) / 10 * decade);
    }
    return out;
}

QString help_of(const char* id) {
    const ParameterInfo* info = find_parameter(id);
    return info ? QString::fromStdString(info->help).trimmed() + '.' : QString();
}

}  // namespace

ExplorerControls::ExplorerControls(QWidget* parent) : QWidget(parent) {
    setObjectName("panel-body");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(3 * unit, unit, 2 * unit, 3 * unit);
    column->setSpacing(unit + 1);
    add_budget(*column);
    add_forms(*column);
    add_view(*column);
    add_sequence(*column);
    column->addStretch(1);
    follow_inputs();
}

SliderRow* ExplorerControls::add_row(const QString& id, SliderScale scale, QVBoxLayout& column) {
    auto* row = new SliderRow(std::move(scale));
    row->setObjectName("slider-" + id);
    rows_.push_back({id, row});
    column.addWidget(row);
    connect(row, &SliderRow::changed, this, &ExplorerControls::computed_changed);
    return row;
}

QCheckBox* ExplorerControls::add_box(const QString& text, const QString& tip, bool on,
                                     QVBoxLayout& column) {
    auto* box = new QCheckBox(text);
    box->setChecked(on);
    box->setToolTip(wrapped_tip(tip));
    column.addWidget(box);
    return box;
}

void ExplorerControls::add_budget(QVBoxLayout& column) {
    column.addWidget(new_section(tr("Budget")));
    add_row("nodes",
            {"R", tr("Quadrature nodes R"), help_of("nodes"), counts(1, 16, 1), 1,
             explore::most_nodes, true},
            column)
        ->set_value(2);
    const auto features = whole_stops({1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64});
    add_row("prf_features",
            {"M", tr("Random features M"),
             tr("Positive random features for each node; the standard error falls as 1/\u221aM."),
             features, 1, explore::most_features, true},
            column)
        ->set_value(16);
    add_row("poly_features",
            {"P", tr("Polynomial features P"), help_of("poly_features"), features, 1,
             explore::most_features, true},
            column)
        ->set_value(32);
    add_row("epsilon",
            {QString::fromUtf8("\u03b5"), tr("Epsilon"), help_of("epsilon"), epsilons(), 1e-9, 1.0,
             false},
            column)
        ->set_value(1e-6);
    add_row("head_dim",
            {"d", tr("Head dimension d"),
             tr("Of queries and keys, d = E / H. Random directions are nearer to orthogonal, and "
                "features noisier, the larger it is."),
             counts(4, 64, 4), 2, explore::most_head_dim, true},
            column)
        ->set_value(32);
    add_row("seed",
            {tr("seed"), tr("Seed"),
             tr("Of the random features and of the sequence. The spread is over this and the "
                "following seeds."),
             counts(0, 99, 1), 0, 2147483647.0, true},
            column);
}

void ExplorerControls::add_forms(QVBoxLayout& column) {
    column.addWidget(new_section(tr("Linearised forms shown")));
    forms_ = new ChipRow;
    for (const std::string& name : explore::forms())
        if (const VariantInfo* info = find_variant(name))
            forms_->add(QString::fromStdString(name), new Chip(*info),
                        QString::fromStdString(info->label + ": " + info->formula));
    forms_->set_chosen({"yat-performer-anchor"});
    connect(forms_, &ChipRow::toggled, this, &ExplorerControls::computed_changed);
    column.addWidget(forms_);
}

void ExplorerControls::add_sequence(QVBoxLayout& column) {
    column.addWidget(new_section(tr("Sequence")));
    inputs_ = new QComboBox;
    inputs_->setAccessibleName(tr("Queries and keys"));
    inputs_->addItem(tr("Random q, k, v"), "random");
    inputs_->addItem(tr("Clustered q, k, v"), "clustered");
    inputs_->addItem(tr("Of a trained model"), "trained");
    const QString tips[]{tr("Isotropic: the kernel hardly matters, and equal weights are hard to "
                            "beat."),
                         tr("Queries and keys around 16 shared centres: the kernel matters."),
                         tr("q, k, v of one head of a model of the training experiment.")};
    for (int i = 0; i < 3; ++i) inputs_->setItemData(i, wrapped_tip(tips[i]), Qt::ToolTipRole);
    inputs_->setCurrentIndex(1);
    trained_ = new QkvChoice;
    map_variant_ = new QComboBox;
    map_variant_->setAccessibleName(tr("Form of the attention pattern"));
    map_variant_->setToolTip(wrapped_tip(tr("The linearised form whose attention is shown.")));
    for (const std::string& name : explore::forms())
        if (const VariantInfo* info = find_variant(name))
            map_variant_->addItem(QString::fromStdString(info->label),
                                  QString::fromStdString(name));
    for (QComboBox* box : {inputs_, map_variant_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
    }
    column.addWidget(inputs_);
    column.addWidget(trained_);
    column.addWidget(map_variant_);
    add_row("length",
            {"L", tr("Length L"), tr("Positions of the sequence."), counts(8, 96, 4), 2,
             explore::most_length, true},
            column)
        ->set_value(64);
    causal_ = add_box(tr("Causal"), tr("Position i sees positions up to i."), true, column);
    connect(inputs_, &QComboBox::currentIndexChanged, this, [this] {
        follow_inputs();
        emit computed_changed();
    });
    connect(trained_, &QkvChoice::changed, this, [this] {
        if (inputs_->currentData() != "trained") return;
        follow_inputs();
        emit computed_changed();
    });
    connect(map_variant_, &QComboBox::currentIndexChanged, this,
            &ExplorerControls::computed_changed);
    connect(causal_, &QCheckBox::toggled, this, &ExplorerControls::computed_changed);
}

void ExplorerControls::add_view(QVBoxLayout& column) {
    column.addWidget(new_section(tr("View")));
    angle_ = add_box(tr("Against the angle"),
                     tr("x axis: the angle between query and key instead of its cosine."), false,
                     column);
    scaled_ = add_box(tr("Scaled to the kernel"),
                      tr("Attention divides by the row sum, which cancels a constant: each "
                         "estimate is scaled to the kernel's mean over isotropic directions. Off: "
                         "the estimates as they are."),
                      true, column);
    limits_ = add_box(tr("Limit of many features"),
                      tr("Dotted: what an estimate tends to as M and P grow."), true, column);
    log_ = add_box(tr("Logarithmic kernel"),
                   tr("The kernel spans six decades; negative estimates cannot be drawn then."),
                   false, column);
    relative_ = add_box(tr("Relative error"), tr("Errors over the kernel's value at that x."), true,
                        column);
    for (QCheckBox* box : {angle_, scaled_, limits_, log_, relative_})
        connect(box, &QCheckBox::toggled, this, &ExplorerControls::view_changed);
}

// A trained head has its own dimension and its own mask.
void ExplorerControls::follow_inputs() {
    const bool trained = inputs_->currentData() == "trained";
    trained_->setVisible(trained);
    const bool fixed = trained && trained_->head();
    causal_->setEnabled(!fixed || trained_->causal());
    row("head_dim").setEnabled(!fixed);
}

SliderRow& ExplorerControls::row(const QString& id) const {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&](const Row& each) { return each.id == id; });
    if (found == rows_.end()) qFatal("the explorer has no slider %s", qPrintable(id));
    return *found->slider;
}

explore::Request ExplorerControls::request() const {
    explore::Request request;
    request.nodes = row("nodes").whole();
    request.prf_features = row("prf_features").whole();
    request.poly_features = row("poly_features").whole();
    request.epsilon = row("epsilon").value();
    request.head_dim = row("head_dim").whole();
    request.seed = static_cast<std::uint64_t>(row("seed").value());
    request.length = row("length").whole();
    request.variants.clear();
    for (const QString& each : forms_->chosen()) request.variants.push_back(each.toStdString());
    request.map_variant = map_variant_->currentData().toString().toStdString();
    request.causal = causal_->isChecked();
    request.inputs = explore::parse_inputs(inputs_->currentData().toString().toStdString()).value();
    if (request.inputs == explore::Inputs::trained) {
        request.trained = trained_->head();
        if (!trained_->causal()) request.causal = false;
        if (request.trained) request.head_dim = request.trained->dimension;
    }
    return request;
}

ExploreView ExplorerControls::view() const {
    ExploreView view;
    view.angle = angle_->isChecked();
    view.scaled = scaled_->isChecked();
    view.log_y = log_->isChecked();
    view.relative = relative_->isChecked();
    view.limits = limits_->isChecked();
    return view;
}

ExploredBudget ExplorerControls::budget() const {
    const explore::Request from = request();
    ExploredBudget budget;
    budget.nodes = from.nodes;
    budget.prf_features = from.prf_features;
    budget.poly_features = from.poly_features;
    budget.epsilon = from.epsilon;
    budget.head_dim = from.head_dim;
    budget.seed = static_cast<std::int64_t>(from.seed);
    budget.variant = from.map_variant;
    return budget;
}

void ExplorerControls::set_budget(const ExploredBudget& budget) {
    row("nodes").set_value(static_cast<double>(budget.nodes));
    row("prf_features").set_value(static_cast<double>(budget.prf_features));
    row("poly_features").set_value(static_cast<double>(budget.poly_features));
    row("epsilon").set_value(budget.epsilon);
    row("head_dim").set_value(static_cast<double>(budget.head_dim));
    row("seed").set_value(static_cast<double>(budget.seed));
    const QSignalBlocker blocker(map_variant_);
    const int at = map_variant_->findData(QString::fromStdString(budget.variant));
    if (at >= 0) map_variant_->setCurrentIndex(at);
    emit computed_changed();
}

void ExplorerControls::set_run_folder(const QString& folder) {
    trained_->set_run_folder(folder);
}

QString ExplorerControls::command() const {
    const explore::Request from = request();
    const ExploreView how = view();
    QStringList words{"slay-bench", "explore"};
    words << "--nodes" << QString::number(from.nodes) << "--prf-features"
          << QString::number(from.prf_features) << "--poly-features"
          << QString::number(from.poly_features) << "--epsilon"
          << QString::number(from.epsilon, 'g', 9) << "--head-dim" << QString::number(from.head_dim)
          << "--seed" << QString::number(from.seed);
    const QStringList chosen = forms_->chosen();
    if (!chosen.isEmpty()) words << "--variants" << chosen.join(',');
    words << "--map-variant" << map_variant_->currentData().toString() << "--length"
          << QString::number(from.length) << "--inputs" << inputs_->currentData().toString();
    if (from.trained) {
        QString path = trained_->path();
        path.replace("'", "'\\''");
        words << "--qkv" << '\'' + path + '\'' << "--layer" << QString::number(trained_->layer())
              << "--head" << QString::number(trained_->head_number());
    }
    if (!from.causal) words << "--bidirectional";
    if (how.angle) words << "--angle";
    if (!how.scaled) words << "--raw";
    if (how.log_y) words << "--log";
    if (!how.relative) words << "--absolute";
    words << "--out"
          << "kernel";
    return words.join(' ');
}

QJsonObject ExplorerControls::state() const {
    QJsonObject json;
    for (const Row& each : rows_) json[each.id] = each.slider->value();
    json["forms"] = QJsonArray::fromStringList(forms_->chosen());
    json["inputs"] = inputs_->currentData().toString();
    json["map_variant"] = map_variant_->currentData().toString();
    json["causal"] = causal_->isChecked();
    json["angle"] = angle_->isChecked();
    json["scaled"] = scaled_->isChecked();
    json["limits"] = limits_->isChecked();
    json["log"] = log_->isChecked();
    json["relative"] = relative_->isChecked();
    return json;
}

void ExplorerControls::restore(const QJsonObject& state) {
    const QSignalBlocker blocker(this);
    for (const Row& each : rows_)
        if (state[each.id].isDouble()) each.slider->set_value(state[each.id].toDouble());
    if (state["forms"].isArray()) {
        QStringList ids;
        for (const auto& each : state["forms"].toArray()) ids << each.toString();
        forms_->set_chosen(ids);
    }
    const auto choose = [&](QComboBox* box, const char* key) {
        const int at = box->findData(state[key].toString());
        if (at >= 0) box->setCurrentIndex(at);
    };
    choose(inputs_, "inputs");
    choose(map_variant_, "map_variant");
    const std::pair<const char*, QCheckBox*> boxes[]{{"causal", causal_}, {"angle", angle_},
                                                     {"scaled", scaled_}, {"limits", limits_},
                                                     {"log", log_},       {"relative", relative_}};
    for (const auto& [key, box] : boxes)
        if (state[key].isBool()) box->setChecked(state[key].toBool());
    follow_inputs();
}

}  // namespace slay

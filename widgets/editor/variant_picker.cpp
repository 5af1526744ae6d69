#include "widgets/editor/variant_picker.h"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/core/variant_info.h"
#include "widgets/editor/chip_row.h"
#include "widgets/editor/form_row.h"
#include "widgets/editor/spec_editing.h"
#include "widgets/elsewhere/own_variants.h"
#include "widgets/look/definition.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

QString heading_of(Family family) {
    switch (family) {
        case Family::softmax:
            return QObject::tr("Softmax");
        case Family::linear:
            return QObject::tr("Linear baselines");
        case Family::exact_yat:
            return QObject::tr("Exact Yat");
        case Family::linearised_yat:
            break;
    }
    return QObject::tr("Linearised Yat");
}

std::size_t catalog_place(const std::string& name) {
    const auto& catalog = variant_catalog();
    return static_cast<std::size_t>(
        std::find_if(catalog.begin(), catalog.end(),
                     [&](const VariantInfo& v) { return v.name == name; }) -
        catalog.begin());
}

}  // namespace

VariantPicker::VariantPicker(SpecDocument& document, QWidget* parent)
    : QWidget(parent), document_(document) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(unit);
    for (const Family family :
         {Family::softmax, Family::linear, Family::exact_yat, Family::linearised_yat}) {
        auto* chips = new ChipRow;
        chips->setAccessibleName(heading_of(family));
        for (const VariantInfo& variant : variant_catalog())
            if (variant.family == family)
                chips->add(QString::fromStdString(variant.name), new Chip(variant),
                           definition_tip(variant));
        connect(chips, &ChipRow::toggled, this, &VariantPicker::toggle);
        auto* heading = new QLabel(heading_of(family));
        heading->setObjectName("muted");
        layout->addWidget(heading);
        layout->addWidget(chips);
        rows_.push_back({family, chips});
    }
    own_ = new OwnVariants(document_);
    connect(own_, &OwnVariants::refused, this, &VariantPicker::refused);
    layout->addWidget(own_);
}

void VariantPicker::toggle(const QString& name, bool on) {
    SweepSpec next = document_.spec();
    const std::string id = name.toStdString();
    if (on) {
        // In the catalog's order among the others, so that legends and tables keep theirs.
        const auto place = std::find_if(
            next.variants.begin(), next.variants.end(),
            [&](const VariantChoice& v) { return catalog_place(v.name) > catalog_place(id); });
        next.variants.insert(place, {id, {}});
    } else {
        std::erase_if(next.variants, [&](const VariantChoice& v) { return v.name == id; });
    }
    const QString error =
        next.variants.empty()
            ? tr("A sweep needs one variant at least.")
            : try_edit(document_, on ? tr("add %1").arg(name) : tr("remove %1").arg(name), {},
                       next);
    if (!error.isEmpty()) refresh();
    emit refused(error);
}

void VariantPicker::refresh() {
    QStringList chosen;
    for (const VariantChoice& choice : document_.spec().variants)
        chosen << QString::fromStdString(choice.name);
    for (const FamilyRow& row : rows_) row.chips->set_chosen(chosen);
    own_->refresh();
}

ChipRow* VariantPicker::family_row(Family family) const {
    for (const FamilyRow& row : rows_)
        if (row.family == family) return row.chips;
    return nullptr;
}

}  // namespace slay

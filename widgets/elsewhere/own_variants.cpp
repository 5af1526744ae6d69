#include "widgets/elsewhere/own_variants.h"

#include <QFileInfo>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/core/units.h"
#include "widgets/editor/chip_row.h"
#include "widgets/editor/spec_editing.h"
#include "widgets/look/theme.h"

namespace slay {

SweepSpec with_own_file(SweepSpec spec, const std::string& path) {
    std::string name = own_name_of(path);
    for (int copy = 2;; ++copy) {
        const auto same = std::find_if(spec.variants.begin(), spec.variants.end(),
                                       [&](const VariantChoice& v) { return v.name == name; });
        if (same == spec.variants.end()) break;
        if (same->fixed.text("file") == path) return spec;
        name = own_name_of(path) + "-" + std::to_string(copy);
    }
    VariantChoice choice{name, {}};
    choice.fixed.set("file", path);
    spec.variants.push_back(std::move(choice));
    return spec;
}

OwnVariants::OwnVariants(SpecDocument& document, QWidget* parent)
    : QWidget(parent), document_(document) {
    layout_ = new QVBoxLayout(this);
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(unit);
    auto* heading = new QLabel(tr("Your own"));
    heading->setObjectName("muted");
    auto* add = new QToolButton;
    add->setText(tr("Add a file\u2026"));
    add->setToolTip("<p>" + tr("A TorchScript file or an AOTInductor package with (q, k, v, causal) "
                               "\u2192 y. It can be dropped on the window, too.") +
                    "</p>");
    connect(add, &QToolButton::clicked, this, &OwnVariants::file_wanted);
    layout_->addWidget(heading);
    layout_->addWidget(add, 0, Qt::AlignLeft);
    refresh();
}

void OwnVariants::refresh() {
    const std::size_t before = known_.size();
    QStringList chosen;
    for (const VariantChoice& choice : document_.spec().variants) {
        if (!is_own_variant(choice.name)) continue;
        chosen << QString::fromStdString(choice.name);
        const auto known = std::find_if(known_.begin(), known_.end(), [&](const VariantChoice& v) {
            return v.name == choice.name;
        });
        if (known == known_.end())
            known_.push_back(choice);
        else
            *known = choice;
    }
    if (known_.size() != before) {
        delete chips_;
        chips_ = new ChipRow;
        chips_->setAccessibleName(tr("Your own attentions"));
        for (const VariantChoice& choice : known_)
            if (const VariantInfo* row = own_variant(choice.name))
                chips_->add(QString::fromStdString(choice.name), new Chip(*row),
                            QString::fromStdString(clean_text(choice.fixed.text("file"))));
        connect(chips_, &ChipRow::toggled, this, &OwnVariants::toggle);
        layout_->insertWidget(1, chips_);
    }
    if (chips_) chips_->set_chosen(chosen);
}

void OwnVariants::toggle(const QString& name, bool on) {
    SweepSpec next = document_.spec();
    const std::string id = name.toStdString();
    const auto known = std::find_if(known_.begin(), known_.end(),
                                    [&](const VariantChoice& v) { return v.name == id; });
    if (on && known != known_.end())
        next.variants.push_back(*known);
    else
        std::erase_if(next.variants, [&](const VariantChoice& v) { return v.name == id; });
    const QString error =
        next.variants.empty()
            ? tr("A sweep needs one variant at least.")
            : try_edit(document_, on ? tr("add %1").arg(name) : tr("remove %1").arg(name), {},
                       next);
    if (!error.isEmpty()) refresh();
    emit refused(error);
}

}  // namespace slay

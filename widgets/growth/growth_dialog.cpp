#include "widgets/growth/growth_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>
#include <set>

#include "engine/core/experiment_info.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "widgets/editor/axis_text.h"
#include "widgets/look/theme.h"
#include "widgets/look/variant_swatch.h"

namespace slay {
namespace {

QString text(const std::string& value) {
    return QString::fromStdString(value);
}

}  // namespace

GrowthDialog::GrowthDialog(const RunRecord& record, const DeviceRates& rates, QWidget* parent)
    : QDialog(parent), record_(record), rates_(rates) {
    setWindowTitle(tr("Add to this run"));
    setMinimumWidth(with_font(380));
    auto* layout = new QVBoxLayout(this);
    auto* heading = new QLabel(tr("Variants that the run does not measure yet"));
    variants_ = new QListWidget;
    variants_->setAccessibleName(heading->text());
    variants_->setMaximumHeight(220);
    for (const VariantInfo& variant : variant_catalog()) {
        if (!with_variant(record_, variant.name)) continue;  // there, or takes no part
        auto* item = new QListWidgetItem(swatch_icon(variant.style, variant_colour(variant.style)),
                                         text(variant.label));
        item->setData(Qt::UserRole, text(variant.name));
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Unchecked);
        variants_->addItem(item);
    }
    if (variants_->count() == 0) {
        heading->setText(tr("The run measures every variant that takes part in it."));
        variants_->hide();
    }
    auto* lengths_heading = new QLabel(tr("Lengths for all curves, also of these variants"));
    lengths_ = new QLineEdit;
    lengths_->setPlaceholderText(tr("such as 3072, 6144 or 65536"));
    lengths_->setAccessibleName(lengths_heading->text());
    cost_ = new QLabel;
    cost_->setWordWrap(true);
    cost_->setTextFormat(Qt::PlainText);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    add_ = buttons->addButton(tr("Add"), QDialogButtonBox::AcceptRole);
    layout->addWidget(heading);
    layout->addWidget(variants_);
    layout->addWidget(lengths_heading);
    layout->addWidget(lengths_);
    layout->addWidget(cost_);
    layout->addWidget(buttons);
    connect(variants_, &QListWidget::itemChanged, this, &GrowthDialog::refresh);
    connect(lengths_, &QLineEdit::textChanged, this, &GrowthDialog::refresh);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    refresh();
}

QString GrowthDialog::cost_text() const {
    return cost_->text();
}

void GrowthDialog::refresh() {
    growth_ = {};
    chosen_.clear();
    lengths_taken_.clear();
    QString problem;
    // The record as it would be with the variants, so that more lengths are theirs too.
    RunRecord grown = record_;
    PointsAdded added;
    for (int row = 0; row < variants_->count(); ++row) {
        const QListWidgetItem& item = *variants_->item(row);
        if (item.checkState() != Qt::Checked) continue;
        chosen_ << item.data(Qt::UserRole).toString();
        const auto more = with_variant(record_, chosen_.back().toStdString());
        if (!more) continue;
        for (const Point& point : more->add) {
            growth_.add.push_back(point);
            if (auto whole = complete_point(point, record_.spec().measurement, rates_))
                added.points.push_back(std::move(*whole));
        }
    }
    if (!added.points.empty())
        grown.apply({grown.last_seq() + 1, grown.run(), grown.seconds(), std::move(added)});
    const QString wanted = lengths_->text().trimmed();
    if (const ParameterInfo* info = find_parameter("length"); info && !wanted.isEmpty()) {
        const auto values = parse_axis(*info, wanted);
        std::vector<std::int64_t> lengths;
        if (!values) problem = text(values.error().message);
        if (values)
            for (const ParameterValue& value : *values)
                if (const auto* length = std::get_if<std::int64_t>(&value))
                    lengths.push_back(*length);
        for (const std::int64_t length : lengths) lengths_taken_ << QString::number(length);
        for (Point& point : all_at_lengths(grown, lengths).add)
            growth_.add.push_back(std::move(point));
    }
    QStringList why;
    if (!chosen_.isEmpty()) why << tr("add %1").arg(chosen_.join(", "));
    if (!lengths_taken_.isEmpty()) why << tr("lengths %1").arg(lengths_taken_.join(", "));
    growth_.why = why.join("; ").toStdString();
    const GrowthCost cost = cost_of(growth_, record_, rates_);
    if (!problem.isEmpty())
        cost_->setText(problem);
    else if (cost.points == 0)
        cost_->setText(tr("Choose variants, or type lengths that are not there yet."));
    else
        cost_->setText(
            tr("Adds %1 points: about %2, up to %3 of memory, predicted for this device.")
                .arg(text(format_count(static_cast<double>(cost.points))),
                     text(format_duration(cost.seconds)), text(format_bytes(cost.peak_bytes))));
    add_->setEnabled(problem.isEmpty() && cost.points > 0);
}

QStringList GrowthDialog::command(const QString& folder) const {
    QStringList words{"slay-bench", "add", folder};
    for (const QString& variant : chosen_) words << "--variant" << variant;
    for (const QString& length : lengths_taken_) words << "--length" << length;
    return words;
}

}  // namespace slay

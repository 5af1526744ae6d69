#include "widgets/editor/chip_row.h"

#include <QSignalBlocker>
#include <QTextDocumentFragment>

#include "widgets/look/flow_layout.h"

namespace slay {

ChipRow::ChipRow(QWidget* parent) : QWidget(parent) {
    setLayout(new FlowLayout(5));
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

Chip* ChipRow::add(const QString& id, Chip* chip, const QString& tip) {
    chip->setToolTip(tip.startsWith("<p>") ? tip : "<p>" + tip.toHtmlEscaped() + "</p>");
    chip->setAccessibleDescription(QTextDocumentFragment::fromHtml(tip).toPlainText());
    layout()->addWidget(chip);
    entries_.push_back({id, chip});
    connect(chip, &Chip::clicked, this, [this, id](bool on) { emit toggled(id, on); });
    return chip;
}

void ChipRow::set_chosen(const QStringList& ids) {
    for (const Entry& entry : entries_) {
        const QSignalBlocker blocker(entry.chip);
        entry.chip->setChecked(ids.contains(entry.id));
    }
}

QStringList ChipRow::chosen() const {
    QStringList ids;
    for (const Entry& entry : entries_)
        if (entry.chip->isChecked()) ids << entry.id;
    return ids;
}

}  // namespace slay

#include "widgets/exports/check_view.h"

#include <QGridLayout>
#include <QLabel>

#include "engine/core/units.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"

namespace slay {
namespace {

QIcon icon_of(RuleAnswer answer) {
    switch (answer) {
        case RuleAnswer::passed:
            return themed_icon("state-ok", tones().good);
        case RuleAnswer::failed:
            return themed_icon("error", tones().danger);
        case RuleAnswer::unknown:
            break;
    }
    return themed_icon("info", tones().muted);
}

QString word_of(RuleAnswer answer) {
    switch (answer) {
        case RuleAnswer::passed:
            return CheckView::tr("passed");
        case RuleAnswer::failed:
            return CheckView::tr("failed");
        case RuleAnswer::unknown:
            break;
    }
    return CheckView::tr("not known");
}

QLabel* plain_label() {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    return label;
}

}  // namespace

CheckView::CheckView(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Check of the file"));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 2 * unit);
    grid->setHorizontalSpacing(2 * unit);
    grid->setVerticalSpacing(unit / 2);
    grid->setColumnStretch(2, 1);
    for (const PaperRule& rule : paper_rules()) {
        const int at = static_cast<int>(rows_.size());
        Row row{new QLabel, plain_label(), plain_label()};
        row.rule->setText(QString::fromStdString(rule.title));
        // The words beside it say the same; a reader that stops at the icon hears what it is of.
        row.icon->setAccessibleName(tr("Answer to: %1").arg(row.rule->text()));
        row.detail->setObjectName("muted");
        row.detail->setWordWrap(true);
        grid->addWidget(row.icon, at, 0, Qt::AlignTop);
        grid->addWidget(row.rule, at, 1, Qt::AlignTop);
        grid->addWidget(row.detail, at, 2, Qt::AlignTop);
        rows_.push_back(row);
    }
    clear({});
}

void CheckView::clear(const QString& why) {
    for (Row& row : rows_) {
        row.icon->setPixmap(icon_of(RuleAnswer::unknown).pixmap(16, 16));
        row.icon->setAccessibleName(row.rule->text() + ": " + word_of(RuleAnswer::unknown));
        row.detail->setText(&row == &rows_.front() ? why : QString());
    }
}

void CheckView::show_check(const PaperCheck& check) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const std::string& id = paper_rules()[i].id;
        RuleAnswer worst = RuleAnswer::passed;
        QStringList details;
        bool met = false;
        for (const FileCheck& file : check.files)
            for (const RuleResult& each : file.rules) {
                if (each.rule != id) continue;
                met = true;
                const bool bad = each.answer != RuleAnswer::passed;
                if (bad && worst != RuleAnswer::failed) worst = each.answer;
                const QString detail = QString::fromStdString(clean_text(each.detail, 300));
                if (check.files.size() == 1)
                    details << detail;
                else if (bad)
                    details << QString::fromStdString(clean_text(file.path, 120)) + ": " + detail;
            }
        if (!met) worst = RuleAnswer::unknown;
        rows_[i].icon->setPixmap(icon_of(worst).pixmap(16, 16));
        rows_[i].icon->setAccessibleName(rows_[i].rule->text() + ": " + word_of(worst));
        QString text = word_of(worst);
        if (!details.isEmpty()) text += ": " + details.mid(0, 3).join("; ");
        rows_[i].detail->setText(text);
    }
}

QString CheckView::text() const {
    QStringList lines;
    for (const Row& row : rows_) lines << row.rule->text() + ": " + row.detail->text();
    return lines.join('\n');
}

}  // namespace slay

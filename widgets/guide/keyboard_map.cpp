#include "widgets/guide/keyboard_map.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QTableWidget>
#include <QVBoxLayout>

#include "widgets/look/theme.h"

namespace slay {
namespace {

struct Keys {
    const char* place;
    const char* action;
    const char* keys;
};

// Keys that no menu names.
constexpr Keys part_keys[] = {
    {"Plot", "Move", "Arrow keys"},
    {"Plot", "Zoom in, zoom out", "+, -"},
    {"Plot", "Show all of it", "0"},
    {"Plot", "Published curves on and off", "O"},
    {"Plot", "Values as a table, and back", "T"},
    {"Variants and choices", "Go along the chips", "Arrow keys"},
    {"Variants and choices", "Switch a chip", "Space"},
    {"Library", "Open what is selected", "Enter"},
    {"Guide", "Next, back, leave", "Right, Left, Esc"},
    {"Everywhere", "Next part, part before", "Tab, Shift+Tab"},
    {"Everywhere", "The menus", "Alt+F, E, R, V, H"},
};

QString plain(QString text) {
    return text.remove('&');
}

}  // namespace

KeyboardMap::KeyboardMap(const QMenuBar& menus, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Keyboard"));
    resize(520, 560);
    auto* filter = new QLineEdit;
    filter->setPlaceholderText(tr("Filter by action or key"));
    filter->setAccessibleName(tr("Filter the keyboard map"));
    filter->setClearButtonEnabled(true);
    table_ = new QTableWidget(0, 3);
    table_->setAccessibleName(tr("Keyboard map"));
    table_->setHorizontalHeaderLabels({tr("Place"), tr("Action"), tr("Keys")});
    table_->verticalHeader()->hide();
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setShowGrid(false);
    table_->setAlternatingRowColors(true);
    table_->setTabKeyNavigation(false);
    table_->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft);
    table_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    for (const QAction* top : menus.actions()) {
        if (!top->menu()) continue;
        QList<QAction*> actions = top->menu()->actions();
        for (qsizetype i = 0; i < actions.size(); ++i) {
            const QAction* action = actions[i];
            if (const QMenu* below = action->menu()) actions += below->actions();
            QStringList keys;
            for (const QKeySequence& key : action->shortcuts())
                keys << key.toString(QKeySequence::NativeText);
            if (!keys.isEmpty())
                add_row(plain(top->text()), plain(action->text()), keys.join(", "));
        }
    }
    for (const Keys& each : part_keys) add_row(tr(each.place), tr(each.action), tr(each.keys));
    table_->resizeColumnToContents(0);
    table_->resizeColumnToContents(2);
    connect(filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        for (int row = 0; row < table_->rowCount(); ++row) {
            bool found = false;
            for (int column = 0; column < 3; ++column)
                found |= table_->item(row, column)->text().contains(text, Qt::CaseInsensitive);
            table_->setRowHidden(row, !found);
        }
    });
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit);
    layout->setSpacing(2 * unit);
    layout->addWidget(filter);
    layout->addWidget(table_, 1);
    layout->addWidget(buttons);
}

void KeyboardMap::add_row(const QString& place, const QString& action, const QString& keys) {
    const int row = table_->rowCount();
    table_->insertRow(row);
    int column = 0;
    for (const QString& text : {place, action, keys})
        table_->setItem(row, column++, new QTableWidgetItem(text));
}

QStringList KeyboardMap::lines() const {
    QStringList out;
    for (int row = 0; row < table_->rowCount(); ++row)
        out << table_->item(row, 0)->text() + ", " + table_->item(row, 1)->text() + ": " +
                   table_->item(row, 2)->text();
    return out;
}

}  // namespace slay

#include "widgets/elsewhere/engine_chooser.h"

#include <QActionGroup>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>

#include "engine/core/units.h"
#include "engine/run/ssh_command.h"
#include "widgets/window/workspace.h"

namespace slay {

EngineChooser::EngineChooser(Workspace& workspace, QWidget* parent)
    : QToolButton(parent), workspace_(workspace), place_(workspace.place()) {
    setObjectName("engine-chooser");
    setPopupMode(QToolButton::InstantPopup);
    setToolButtonStyle(Qt::ToolButtonTextOnly);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Where runs are measured"));
    menu_ = new QMenu(this);
    setMenu(menu_);
    connect(menu_, &QMenu::aboutToShow, this, &EngineChooser::fill_menu);
    connect(&place_, &EnginePlace::changed, this, &EngineChooser::refresh);
    connect(&workspace_.session(), &EngineSession::devices_changed, this, &EngineChooser::refresh);
    connect(&workspace_.session(), &EngineSession::run_state_changed, this,
            &EngineChooser::refresh);
    refresh();
}

void EngineChooser::refresh() {
    const auto& devices = workspace_.devices();
    QString name, all;
    for (const DeviceInfo& device : devices) {
        const QString each = QString::fromStdString(clean_text(device.name, 60));
        if (name.isEmpty()) name = each;
        all += QString("<br>%1: %2").arg(QString::fromStdString(device.id), each.toHtmlEscaped());
    }
    QString text = place_.host().isEmpty() ? tr("This machine") : place_.host();
    if (place_.state() == EnginePlace::State::asking)
        text = tr("Connecting to %1\u2026").arg(place_.host());
    setText(fontMetrics().elidedText(text, Qt::ElideMiddle, 180));
    setToolTip("<p>" + tr("Runs are measured on: %1").arg(text.toHtmlEscaped()) + all + "</p>");
    setEnabled(!workspace_.session().busy());
}

void EngineChooser::fill_menu() {
    menu_->clear();
    auto* group = new QActionGroup(menu_);
    const auto add = [&](const QString& text, bool chosen, auto what) {
        QAction* action = menu_->addAction(text);
        action->setCheckable(true);
        action->setChecked(chosen);
        group->addAction(action);
        connect(action, &QAction::triggered, this, what);
    };
    add(tr("This machine"), place_.host().isEmpty(), [this] { place_.choose_this_machine(); });
    for (const EnginePlace::Known& known : place_.known())
        add(known.host, place_.host() == known.host,
            [this, known] { place_.choose_host(known.host, known.program); });
    menu_->addSeparator();
    menu_->addAction(tr("Another host\u2026"), this, &EngineChooser::ask_host);
}

void EngineChooser::ask_host() {
    QDialog dialog(this);
    dialog.setObjectName("host-dialog");
    dialog.setWindowTitle(tr("Measure on another host"));
    auto* host = new QLineEdit;
    host->setObjectName("host");
    host->setPlaceholderText(tr("gpu-server, or user@gpu-server"));
    host->setAccessibleName(tr("Host"));
    host->setMinimumWidth(320);
    auto* program = new QLineEdit("slay-bench");
    program->setObjectName("program");
    program->setAccessibleName(tr("slay-bench there"));
    auto* form = new QFormLayout(&dialog);
    form->addRow(tr("Host"), host);
    form->addRow(tr("slay-bench there"), program);
    auto* help = new QLabel(
        tr("The system\u2019s ssh connects, with your keys and your configuration; the host needs "
           "the same slay-bench. A run there goes on when the connection is cut."));
    help->setObjectName("muted");
    help->setWordWrap(true);
    form->addRow(help);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("Connect"));
    form->addRow(buttons);
    const auto check = [=] {
        buttons->button(QDialogButtonBox::Ok)
            ->setEnabled(bad_host(host->text().trimmed().toStdString()).empty());
    };
    connect(host, &QLineEdit::textChanged, &dialog, check);
    check();
    connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    if (dialog.exec() == QDialog::Accepted)
        place_.choose_host(host->text().trimmed(), program->text().trimmed());
}

}  // namespace slay

#include "widgets/window/window_commands.h"

#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include "engine/core/data_folder.h"
#include "engine/core/preferences.h"
#include "engine/core/spec_settings.h"
#include "widgets/look/theme.h"
#include "widgets/window/window_actions.h"
#include "widgets/window/workspace.h"

namespace slay {
namespace {

// The preset that an edit is said against: a file, or one that came with the program.
struct Base {
    QString word;
    SweepSpec spec;
};

std::optional<Base> base_of(const QString& path, const SweepSpec& edited) {
    if (!path.isEmpty())
        if (auto spec = read_spec(path.toStdString())) return Base{path, std::move(*spec)};
    const auto presets = installed_presets();
    if (!presets || presets->empty()) return std::nullopt;
    for (const PresetFile& each : *presets)
        if (each.name == edited.name)
            if (auto spec = read_spec(each.path))
                return Base{QString::fromStdString(each.name), std::move(*spec)};
    if (auto spec = read_spec(presets->front().path))
        return Base{QString::fromStdString(presets->front().name), std::move(*spec)};
    return std::nullopt;
}

}  // namespace

QString shell_line(const QStringList& words) {
    std::vector<std::string> plain;
    for (const QString& word : words) plain.push_back(word.toStdString());
    return QString::fromStdString(shell_line(plain));
}

QStringList WindowCommands::preset_words() const {
    const SweepSpec& edited = workspace_.spec().spec();
    const auto base = base_of(workspace_.spec().path(), edited);
    if (!base) return {};
    QStringList words{base->word};
    for (const std::string& each : settings_between(base->spec, edited))
        words << "--set" << QString::fromStdString(each);
    return words;
}

QStringList WindowCommands::run_words() const {
    return QStringList{"slay-bench", "run"} + preset_words();
}

WindowCommands::Row WindowCommands::row_of(const QAction* action) const {
    Row row;
    row.action = action->text().remove('&').remove(QChar(0x2026));
    const WindowActions& a = actions_;
    const QString run = workspace_.run().folder();
    const auto with_run = [&](const QStringList& words) {
        row.command = run.isEmpty() ? QString() : shell_line(words);
        if (run.isEmpty()) row.note = QObject::tr("needs a run in view");
    };
    const auto signal = [&](const char* name) {
        with_run({"kill", "-" + QString(name), "PID"});
        if (!row.command.isEmpty())
            row.command = "kill -" + QString(name) + " \"$(cat " +
                          shell_line(QStringList{run + "/.lock"}) + ")\"";
        row.note = QObject::tr(
            "to the slay-bench that measures the run; in a terminal: Ctrl-C, "
            "Ctrl-Z, fg");
    };
    if (action == a.run)
        row.command = shell_line(run_words());
    else if (action == a.open)
        row.command = shell_line(QStringList{"slay-workbench", workspace_.opened_path().isEmpty()
                                                                   ? QString("FILE")
                                                                   : workspace_.opened_path()});
    else if (action == a.open_run)
        row.command =
            shell_line(QStringList{"slay-workbench", run.isEmpty() ? QString("RUN") : run});
    else if (action == a.save || action == a.save_as)
        row.command =
            shell_line(QStringList{"slay-bench", "plan"} + preset_words() +
                       QStringList{"--save", workspace_.preset_is_own() ? workspace_.spec().path()
                                                                        : QString("preset.json")});
    else if (action == a.export_here)
        with_run({"slay-bench", "export", run, "--out", run});
    else if (action == a.export_to)
        with_run({"slay-bench", "export", run, "--out", "DIR"});
    else if (action == a.export_paper)
        with_run({"slay-bench", "export", run, "--out", "DIR", "--venue", "VENUE"});
    else if (action == a.choose)
        with_run({"slay-bench", "choose", run});
    else if (action == a.explorer)
        row.command = shell_line(QStringList{"slay-bench", "explore", "--out", "DIR"});
    else if (action == a.preferences)
        row.command =
            shell_line(QStringList{"xdg-open", QString::fromStdString(preferences_file())});
    else if (action == a.copy_command)
        row.command = shell_line(run_words());
    else if (action == a.undo || action == a.redo)
        row.note = QObject::tr("an edit is one --set of the command; leave it out");
    else if (action == a.open_folder)
        with_run({"xdg-open", run});
    else if (action == a.copy)
        with_run({"slay-bench", "compare", run, "--csv"});
    else if (action == a.stop)
        signal("INT");
    else if (action == a.pause)
        signal("TSTP");
    else if (action == a.resume)
        with_run({"slay-bench", "run", "--resume", "--out", run});
    else if (action == a.add_to_run)
        with_run({"slay-bench", "add", run, "--variant", "NAME", "--length", "L"});
    else if (action == a.explorer)
        row.command = "slay-bench explore";
    else if (action == a.show_plan)
        row.command = shell_line(QStringList{"slay-bench", "plan"} + preset_words() +
                                 QStringList{"--points"});
    else if (action == a.preferences)
        row.command = "slay-bench preferences threads=4";
    else if (action == a.export_paper)
        with_run({"slay-bench", "export", run, "--out", "DIR"});
    else if (action == a.explorer)
        row.command = "slay-bench explore";
    else if (action == a.shortcuts || action == a.about || action == a.commands)
        row.command = action == a.about ? "slay-workbench --version" : "slay-workbench --help";
    else
        row.note = QObject::tr("concerns the look of this window alone");
    return row;
}

std::vector<WindowCommands::Row> WindowCommands::rows() const {
    std::vector<Row> rows;
    const WindowActions& a = actions_;
    QList<const QAction*> actions{a.run,          a.pause,       a.stop,        a.resume,
                                  a.add_to_run,   a.show_plan,   a.open,        a.open_run,
                                  a.save,         a.save_as,     a.export_here, a.export_to,
                                  a.export_paper, a.open_folder, a.copy,        a.explorer,
                                  a.undo,         a.redo,        a.preferences};
    // Those that are left concern the window alone, or came later.
    if (const auto* window = qobject_cast<const QWidget*>(a.run->parent()))
        for (const QAction* action : window->actions())
            if (!actions.contains(action) && !action->text().isEmpty()) actions << action;
    for (const QAction* action : actions) rows.push_back(row_of(action));
    return rows;
}

void WindowCommands::show(QWidget* parent) const {
    auto* dialog = new QDialog(parent);
    dialog->setObjectName("commands-dialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(QObject::tr("The same on a command line"));
    dialog->resize(900, 560);
    auto* words = new QLabel(QObject::tr(
        "What each action does, as a command. The menus of curves, of the table and of Compare "
        "have a \u201cCopy as command\u201d of their own."));
    words->setWordWrap(true);
    words->setObjectName("muted");
    const auto found = rows();
    auto* table = new QTableWidget(static_cast<int>(found.size()), 2);
    table->setHorizontalHeaderLabels({QObject::tr("Action"), QObject::tr("Command")});
    table->setAccessibleName(dialog->windowTitle());
    table->verticalHeader()->hide();
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setShowGrid(false);
    table->setAlternatingRowColors(true);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->horizontalHeader()->setStretchLastSection(true);
    table->setColumnWidth(0, 200);
    for (int row = 0; row < table->rowCount(); ++row) {
        const Row& each = found[static_cast<std::size_t>(row)];
        table->setItem(row, 0, new QTableWidgetItem(each.action));
        auto* command = new QTableWidgetItem(each.command.isEmpty() ? each.note : each.command);
        command->setData(Qt::UserRole, each.command);
        if (each.command.isEmpty()) command->setForeground(tones().muted);
        command->setToolTip("<p>" + (each.command + "\n" + each.note).toHtmlEscaped() + "</p>");
        table->setItem(row, 1, command);
    }
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* copy = buttons->addButton(QObject::tr("Copy"), QDialogButtonBox::ActionRole);
    const auto copy_row = [table] {
        const auto rows = table->selectionModel()->selectedRows(1);
        const QString command =
            rows.isEmpty() ? QString() : rows.first().data(Qt::UserRole).toString();
        if (!command.isEmpty()) QApplication::clipboard()->setText(command);
    };
    QObject::connect(copy, &QPushButton::clicked, dialog, copy_row);
    QObject::connect(table, &QTableWidget::cellDoubleClicked, dialog, copy_row);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(words);
    layout->addWidget(table);
    layout->addWidget(buttons);
    table->selectRow(0);
    dialog->open();
}

}  // namespace slay

// What the actions of the window do.
#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QUndoStack>
#include <QUrl>

#include "engine/core/build_info.h"
#include "engine/core/data_folder.h"
#include "engine/core/units.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/editor/plan_summary.h"
#include "widgets/explorer/explorer_panel.h"
#include "widgets/exports/export_dialog.h"
#include "widgets/growth/growth_actions.h"
#include "widgets/growth/pinned_baseline.h"
#include "widgets/look/icons.h"
#include "widgets/plan/plan_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/results/log_panel.h"
#include "widgets/results/results_panel.h"
#include "widgets/window/main_window.h"
#include "widgets/window/message_bar.h"
#include "widgets/window/recent_files.h"
#include "widgets/window/window_commands.h"

namespace slay {
namespace {

// Such a run is no place to write into, writable or not.
bool came_with_the_program(const QString& run) {
    const auto folder = data_folder();
    return folder && run.startsWith(QString::fromStdString(*folder) + '/');
}

}  // namespace

void MainWindow::connect_actions() {
    const WindowActions& a = *actions_;
    const auto on = [this](QAction* action, auto what) {
        connect(action, &QAction::triggered, this, what);
    };
    on(a.open, &MainWindow::ask_open);
    on(a.open_run, &MainWindow::ask_open_run);
    on(a.save, &MainWindow::save_preset);
    on(a.save_as, &MainWindow::save_preset_as);
    on(a.export_here, [this] { export_to(workspace_.run().folder()); });
    on(a.export_to, [this] { export_to({}); });
    on(a.export_paper, [this] { open_export_dialog(); });
    on(a.open_folder, &MainWindow::open_run_folder);
    on(a.quit, &QWidget::close);
    on(a.copy, [this] { results_->copy_action()->trigger(); });
    on(a.run, [this] { workspace_.start(); });
    on(a.stop, [this] { workspace_.stop(); });
    on(a.pause, [this] { workspace_.toggle_pause(); });
    on(a.resume, [this] { workspace_.resume_run(); });
    const auto view = [this](auto what) {
        return [this, what] {
            if (PlotView* current = plots_->current_view()) what(*current);
        };
    };
    on(a.reset_view, view([](PlotView& v) { v.reset_view(); }));
    on(a.zoom_in, view([](PlotView& v) { v.zoom(0.8); }));
    on(a.zoom_out, view([](PlotView& v) { v.zoom(1.25); }));
    connect(a.paper_curves, &QAction::toggled, this, [this](bool shown) {
        for (PlotView* each : plots_->views()) each->set_overlay(shown);
    });
    on(a.explorer, [this] { plots_->show_explorer(); });
    on(a.next_tab, [this] { plots_->step_tab(1); });
    on(a.previous_tab, [this] { plots_->step_tab(-1); });
    on(a.theme_system, [this] { set_theme(ThemeChoice::system); });
    on(a.theme_light, [this] { set_theme(ThemeChoice::light); });
    on(a.theme_dark, [this] { set_theme(ThemeChoice::dark); });
    on(a.reset_layout, [this] {
        restoreState(first_layout_, SessionStore::layout_version);
        default_layout();
    });
    on(a.commands, [this] { WindowCommands(workspace_, *actions_).show(this); });
    on(a.copy_command, [this] { copy_command(WindowCommands(workspace_, *actions_).run_words()); });
    on(a.add_to_run, [this] { growth_->open_dialog(); });
    on(a.show_results, [this] { show_dock(results_dock_); });
    on(a.show_findings, [this] { show_dock(findings_dock_); });
    on(a.show_plan, [this] { show_dock(plan_dock_); });
    on(a.show_log, [this] { show_dock(log_dock_); });
    on(a.about, &MainWindow::show_about);
}

// What grows and compares: the plan, curves that are refined, a pinned baseline, recent files.
void MainWindow::build_growth() {
    pinned_ = new PinnedBaseline(this);
    growth_ = new GrowthActions(workspace_, *pinned_, this);
    recent_ = new RecentFiles(actions_->recent_menu, this);
    for (PlotView* view : plots_->views()) {
        view->set_pinned(*pinned_);
        connect(view, &PlotView::menu_asked, growth_, [this, view](QPointF at, QPoint on_screen) {
            growth_->show_menu(*view, at, on_screen);
        });
    }
    results_->model().set_pinned(*pinned_);
    connect(recent_, &RecentFiles::chosen, &workspace_, &Workspace::open);
    connect(growth_, &GrowthActions::command_asked, this, &MainWindow::copy_command);
    connect(results_, &ResultsPanel::rerun_asked, growth_, &GrowthActions::rerun);
    connect(results_, &ResultsPanel::command_asked, this,
            [this](const QStringList& points, bool with_group) {
                copy_command(growth_->rerun_command(points, with_group));
            });
    connect(&plots_->compare(), &ComparePanel::command_asked, this, &MainWindow::copy_command);
    connect(history_, &PlanHistory::changed, this,
            [this] { configuration_->plan()->set_change(history_->change_text()); });
}

void MainWindow::copy_command(const QStringList& words) {
    const QString line = shell_line(words);
    QApplication::clipboard()->setText(line);
    say(Severity::info, tr("Copied: %1").arg(line));
}

void MainWindow::refresh_actions() {
    using State = EngineSession::RunState;
    const WindowActions& a = *actions_;
    const State state = workspace_.session().run_state();
    const bool busy = workspace_.session().busy();
    const bool stopping = state == State::stopping;
    const bool has_run = workspace_.run().has_run();
    a.run->setEnabled(!busy);
    a.run->setVisible(!busy);
    a.stop->setVisible(busy);
    a.stop->setEnabled(busy && !stopping);
    a.stop->setText(stopping ? tr("Stopping\u2026") : tr("Stop"));
    const bool paused = state == State::paused;
    a.pause->setEnabled(state == State::running || paused);
    a.pause->setText(paused ? tr("Continue") : tr("Pause"));
    a.pause->setIcon(themed_icon(paused ? "run" : "pause"));
    // Shown first: what is hidden cannot be enabled.
    const bool resumable =
        workspace_.run().resumable() && !busy && !came_with_the_program(workspace_.run().folder());
    a.resume->setVisible(resumable);
    a.resume->setEnabled(resumable);
    for (QAction* action : {a.open, a.open_run}) action->setEnabled(!busy);
    for (QAction* action : {a.export_here, a.export_to, a.export_paper})
        action->setEnabled(has_run && !workspace_.exporting());
    a.open_folder->setEnabled(has_run);
    a.add_to_run->setEnabled(has_run);
    const QUndoStack& undo = workspace_.spec().undo_stack();
    a.undo->setEnabled(undo.canUndo() && !busy);
    a.redo->setEnabled(undo.canRedo() && !busy);
    refresh_title();
}

void MainWindow::refresh_title() {
    const SpecDocument& spec = workspace_.spec();
    QString name = QString::fromStdString(clean_text(spec.spec().name));
    if (name.isEmpty()) name = tr("no preset");
    if (spec.modified()) name += tr(" (edited)");
    const RunDocument& run = workspace_.run();
    if (!run.folder().isEmpty()) name = QFileInfo(run.folder()).fileName() + "  \u2022  " + name;
    actions_->document_label->setText(name);
    actions_->document_label->setToolTip(
        "<p>" + (run.folder().isEmpty() ? spec.path() : run.folder()).toHtmlEscaped() + "</p>");
    setWindowTitle(name);
}

void MainWindow::ask_open() {
    const auto shipped = data_folder();
    const QString start =
        shipped ? QString::fromStdString(*shipped) + "/presets" : QDir::homePath();
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open a preset or a run"), start,
        tr("Presets and journals (*.json *.jsonl *.jsonl.gz);;All files (*)"));
    if (!path.isEmpty()) workspace_.open(path);
}

void MainWindow::ask_open_run() {
    const auto runs = default_runs_folder();
    const QString path = QFileDialog::getExistingDirectory(
        this, tr("Open a run folder"), runs ? QString::fromStdString(*runs) : QDir::homePath());
    if (!path.isEmpty()) workspace_.open(path);
}

void MainWindow::ask_own_file() {
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Add an attention of your own"), QDir::homePath(),
        tr("TorchScript files and AOTInductor packages (*.pt *.ts *.pth *.pt2);;All files (*)"));
    if (!path.isEmpty()) workspace_.add_own_file(QFileInfo(path).absoluteFilePath());
}

void MainWindow::save_preset() {
    if (workspace_.preset_is_own())
        workspace_.save_preset(workspace_.spec().path());
    else
        save_preset_as();
}

void MainWindow::save_preset_as() {
    const QString name = QString::fromStdString(clean_text(workspace_.spec().spec().name));
    QString path = QFileDialog::getSaveFileName(this, tr("Save preset as"),
                                                QDir::homePath() + '/' + name + ".json",
                                                tr("Presets (*.json)"));
    if (path.isEmpty()) return;
    if (QFileInfo(path).suffix().isEmpty()) path += ".json";
    workspace_.save_preset(path);
}

void MainWindow::export_to(QString folder) {
    // A run that came with the program lies where nothing may be written.
    if (folder.isEmpty() || !QFileInfo(folder).isWritable())
        folder =
            QFileDialog::getExistingDirectory(this, tr("Export into a folder"), QDir::homePath());
    if (folder.isEmpty()) return;
    workspace_.export_run(folder);
    refresh_actions();
}

ExportDialog* MainWindow::open_export_dialog() {
    if (!workspace_.run().has_run()) return nullptr;
    const QString run = workspace_.run().folder();
    const QString folder = QFileInfo(run).isWritable() && !came_with_the_program(run)
                               ? run + "/paper"
                               : QDir::homePath() + "/slay-paper/" + QFileInfo(run).fileName();
    auto* dialog = new ExportDialog(std::make_shared<const RunRecord>(workspace_.run().record()),
                                    run, folder, paper_choice_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowModality(Qt::WindowModal);
    connect(dialog, &ExportDialog::choice_kept, this, [this](const PaperChoice& choice) {
        paper_choice_ = choice;
        plots_->explorer().set_paper_choice(choice);
    });
    connect(dialog, &ExportDialog::exported, this, [this](const QString& to, int files) {
        log_->add(Severity::info, tr("%1 files written to %2").arg(files).arg(to));
    });
    dialog->show();
    return dialog;
}

void MainWindow::open_run_folder() {
    const QString folder = workspace_.run().folder();
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        say(Severity::warning,
            tr("No file manager could be started; the folder is %1").arg(folder));
}

void MainWindow::show_about() {
    const BuildInfo& build = build_info();
    const auto text = [](std::string_view s) {
        return QString::fromUtf8(s.data(), static_cast<qsizetype>(s.size()));
    };
    QMessageBox::about(
        this, tr("About SLAY Workbench"),
        tr("<p><b>SLAY Workbench %1</b></p><p>Benchmarks attention variants: softmax, Performer, "
           "linear, cosFormer, exact spherical Yat and its linearised forms.</p>"
           "<p>Revision %2, %3 build, %4, Qt %5</p>")
            .arg(text(build.version), text(build.git_revision).left(12), text(build.build_type),
                 text(build.compiler), qVersion()));
}

}  // namespace slay

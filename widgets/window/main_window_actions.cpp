// What the actions of the window do.
#include <QDesktopServices>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QUndoStack>
#include <QUrl>
#include <QVBoxLayout>

#include "engine/core/build_info.h"
#include "engine/core/data_folder.h"
#include "engine/core/units.h"
#include "widgets/look/icons.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/results/results_panel.h"
#include "widgets/window/main_window.h"
#include "widgets/window/message_bar.h"

namespace slay {

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
    on(a.next_tab, [this] { plots_->step_tab(1); });
    on(a.previous_tab, [this] { plots_->step_tab(-1); });
    on(a.theme_system, [this] { set_theme(ThemeChoice::system); });
    on(a.theme_light, [this] { set_theme(ThemeChoice::light); });
    on(a.theme_dark, [this] { set_theme(ThemeChoice::dark); });
    on(a.reset_layout, [this] {
        restoreState(first_layout_, SessionStore::layout_version);
        default_layout();
    });
    on(a.shortcuts, &MainWindow::show_shortcuts);
    on(a.about, &MainWindow::show_about);
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
    a.resume->setEnabled(workspace_.run().resumable() && !busy);
    a.resume->setVisible(a.resume->isEnabled());
    for (QAction* action : {a.open, a.open_run}) action->setEnabled(!busy);
    for (QAction* action : {a.export_here, a.export_to})
        action->setEnabled(has_run && !workspace_.exporting());
    a.open_folder->setEnabled(has_run);
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
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a preset or a run"), start,
                                     tr("Presets and journals (*.json *.jsonl);;All files (*)"));
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

void MainWindow::open_run_folder() {
    const QString folder = workspace_.run().folder();
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        say(Severity::warning,
            tr("No file manager could be started; the folder is %1").arg(folder));
}

void MainWindow::show_shortcuts() {
    QDialog dialog(this);
    dialog.setWindowTitle(tr("Keyboard"));
    auto* table = new QLabel(shortcut_table(*this));
    auto* plot_keys = new QLabel(
        tr("In a plot: arrows pan, + and - zoom, 0 resets, O shows published curves, a click on "
           "the legend switches a curve."));
    plot_keys->setObjectName("muted");
    plot_keys->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    auto* layout = new QVBoxLayout(&dialog);
    layout->addWidget(table);
    layout->addWidget(plot_keys);
    layout->addWidget(buttons);
    dialog.exec();
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

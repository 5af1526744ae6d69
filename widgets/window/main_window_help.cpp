// Preferences, the step before the first measurement, the guide and the keyboard map.
#include <QDockWidget>
#include <QMenuBar>
#include <QTimer>

#include "engine/core/preferences.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/guide/guide.h"
#include "widgets/guide/keyboard_map.h"
#include "widgets/library/library_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/start_page.h"
#include "widgets/setup/preferences_dialog.h"
#include "widgets/setup/setup_bar.h"
#include "widgets/window/bottom_fold.h"
#include "widgets/window/main_window.h"
#include "widgets/window/message_bar.h"

namespace slay {

void MainWindow::connect_help() {
    connect(actions_->shortcuts, &QAction::triggered, this,
            [this] { KeyboardMap(*menuBar(), this).exec(); });
    connect(actions_->guide, &QAction::triggered, this, &MainWindow::show_guide);
    connect(&plots_->start_page(), &StartPage::guide, this, &MainWindow::show_guide);
    connect(actions_->preferences, &QAction::triggered, this, &MainWindow::show_preferences);

    // Only an engine that cannot be loaded asks for the step; then it says so, and nothing else.
    const EngineSession& session = workspace_.session();
    connect(&session, &EngineSession::engine_state_changed, this, [this, &session] {
        if (session.engine_state() != EngineSession::EngineState::failed) return;
        setup_->check();
        if (setup_->isVisible()) messages_->hide();
    });
    connect(setup_, &SetupBar::ready, this, [this] {
        say(Severity::info, tr("LibTorch is there. Loading the engine; then measuring can begin."));
        workspace_.session().load();
    });
    connect(setup_, &SetupBar::failed, this,
            [this](const QString& text) { say(Severity::error, text); });
    connect(setup_, &SetupBar::folder_chosen, this, [this](const QString& folder) {
        Preferences next = read_preferences();
        next.libtorch = folder.toStdString();
        apply_preferences(next);
        setup_->hide();
    });
}

void MainWindow::show_preferences() {
    std::string problem;
    const Preferences before = read_preferences(&problem);
    if (!problem.empty())
        say(Severity::warning,
            tr("%1; the usual preferences hold").arg(QString::fromStdString(problem)));
    PreferencesDialog dialog(before, theme_, workspace_.session().devices(), this);
    if (dialog.exec() != QDialog::Accepted) return;
    actions_->theme_action(dialog.theme())->setChecked(true);
    set_theme(dialog.theme());
    if (dialog.preferences() != before) apply_preferences(dialog.preferences());
    save_session();
}

void MainWindow::apply_preferences(const Preferences& preferences) {
    const Preferences before = read_preferences();
    if (const Status written = write_preferences(preferences); !written) {
        say(Severity::error, QString::fromStdString(written.error().message));
        return;
    }
    // Threads, polling, folder and device are read anew by every run; these are shown before.
    if (before.output_folder != preferences.output_folder) library_->rescan();
    workspace_.refresh_device();
    if (workspace_.session().engine_state() == EngineSession::EngineState::failed)
        workspace_.session().load();
}

void MainWindow::show_guide() {
    if (guide_) return;
    if (plots_->needs_height()) bottom_->set_folded(true);
    std::vector<GuideStep> steps{
        {tr("Choose what to measure"),
         tr("Presets come with the program, runs are yours, and reference runs were made on a GPU: "
            "they open without one. Double-click one, or drop a file on the window."),
         library_},
        {tr("Change it"),
         tr("Variants, lengths, budgets R, M, P: each change can be undone, and the plan below "
            "says "
            "what the run will take before it starts. Hover over a name for the paper's "
            "definition."),
         configuration_},
        {tr("Measure"),
         tr("Run starts it here; every point is on the disk before it is on the screen. Pause and "
            "Stop wait for the sample in flight, and a stopped run can be resumed."),
         actions_->run_button->isVisible() ? actions_->run_button : actions_->stop_button},
        {tr("Read it"),
         tr("One tab a figure: point at a marker for its value and interval, T shows a table. "
            "Choose says which variant, which budget, at what length, for a case that you set; "
            "the Explorer shows the kernel itself. Findings holds the run to the paper's claims."),
         plots_},
        {tr("Compare, and leave with files"),
         tr("The Compare tab lays runs over each other and says faster, slower or no difference. "
            "Export writes the tables, figures and results that a paper takes unchanged; "
            "\u201cExport for a "
            "paper\u201d shows each of them first, as a venue prints it."),
         export_button()},
    };
    guide_ = new Guide(*this, std::move(steps));
    connect(guide_, &Guide::step_shown, this, [this](int step) {
        if (step == 0) library_dock_->show();
        if (step == 1) configuration_dock_->show();
    });
}

QWidget* MainWindow::export_button() const {
    return findChild<QWidget*>("export-button");
}

}  // namespace slay

// The Choose tab, the run that it asks where there is none, and the docks below.
#include <utility>

#include "widgets/advice/choose_panel.h"
#include "widgets/library/library_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/results/log_panel.h"
#include "widgets/window/bottom_fold.h"
#include "widgets/window/main_window.h"
#include "widgets/window/message_bar.h"

namespace slay {

void MainWindow::connect_choose() {
    connect(actions_->choose, &QAction::triggered, plots_, &PlotTabs::show_choose);
    connect(&plots_->choose(), &ChoosePanel::command_asked, this, &MainWindow::copy_command);
    connect(&plots_->choose(), &ChoosePanel::reference_wanted, this, [this] {
        choose_when_open_ = true;
        open_reference_run();
    });
    connect(library_, &LibraryPanel::scanned, this, [this] {
        if (std::exchange(reference_when_scanned_, false) && !library_->entries().empty())
            open_reference_run();
    });
    // What is in front says whether the results below it are of use.
    const auto fold = [this] { bottom_->set_folded(plots_->needs_height()); };
    connect(plots_, &PlotTabs::experiment_shown, this, fold);
}

void MainWindow::show_dock(QDockWidget* dock) {
    bottom_->set_folded(false);
    dock->show();
    dock->raise();
}

// The one that has every experiment, where it is installed.
void MainWindow::open_reference_run() {
    if (library_->entries().empty()) {
        reference_when_scanned_ = true;
        return;
    }
    const LibraryEntry* first = nullptr;
    for (const LibraryEntry& entry : library_->entries()) {
        if (entry.kind != LibraryKind::reference) continue;
        if (!first || entry.name == "h100-suite-quick") first = &entry;
    }
    if (first) return workspace_.open(first->path);
    choose_when_open_ = false;
    say(Severity::error, tr("There is no reference run. Set SLAY_DATA_DIR to the folder that "
                            "holds presets/reference-runs/."));
}

// A run has ended: what stood in its way does no longer, and where its answer is.
void MainWindow::say_what_next() {
    if (messages_->text().startsWith(tr("A run is going on."))) messages_->hide();
    const RunRecord& record = workspace_.run().record();
    if (!record.finished() || closing_ || !messages_->text().isEmpty()) return;
    if (record.outcome() != RunOutcome::finished) {
        const int open = static_cast<int>(record.points().size()) - workspace_.run().points_done();
        if (workspace_.run().resumable())
            messages_->say(Severity::info,
                           tr("The run has stopped; what was measured is kept. Points left open: "
                              "%1 of %2.")
                               .arg(open)
                               .arg(record.points().size()),
                           tr("Resume run"), [this] { workspace_.resume_run(); });
        return;
    }
    const QString text =
        tr("The run is finished. Findings holds it to the paper\u2019s claims; "
           "Export writes its tables and figures.");
    log_->add(Severity::info, text);
    messages_->say(Severity::info, text, tr("Which variant?"), [this] { plots_->show_choose(); });
}

}  // namespace slay

#include "widgets/window/main_window.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QJsonDocument>
#include <QMenu>
#include <QMimeData>
#include <QScreen>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>
#include <QUndoStack>
#include <QVBoxLayout>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/core/units.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/editor/plan_summary.h"
#include "widgets/editor/variant_picker.h"
#include "widgets/elsewhere/engine_chooser.h"
#include "widgets/elsewhere/own_variants.h"
#include "widgets/elsewhere/trust_dialog.h"
#include "widgets/explorer/explorer_panel.h"
#include "widgets/findings/findings_panel.h"
#include "widgets/growth/growth_actions.h"
#include "widgets/growth/pinned_baseline.h"
#include "widgets/library/library_panel.h"
#include "widgets/look/accessible_parts.h"
#include "widgets/plan/plan_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/plots/start_page.h"
#include "widgets/results/log_panel.h"
#include "widgets/results/results_panel.h"
#include "widgets/setup/setup_bar.h"
#include "widgets/window/bottom_fold.h"
#include "widgets/window/dropped_files.h"
#include "widgets/window/message_bar.h"
#include "widgets/window/recent_files.h"
#include "widgets/window/status_strip.h"

namespace slay {

MainWindow::MainWindow(EngineSession::ExecutorFactory factory, StartOptions options,
                       QWidget* parent)
    : QMainWindow(parent),
      options_(std::move(options)),
      store_(options_.session_file),
      workspace_(std::move(factory)) {
    name_inner_parts();
    setAcceptDrops(true);
    setAnimated(false);
    setWindowIcon(QIcon(":/slay/slay-workbench.svg"));
    // On a small screen the frame that the window manager adds still fits; never smaller than that.
    resize(QSize(1280, 800).boundedTo(
        (screen()->availableSize() - QSize(8, 40)).expandedTo(QSize(1240, 680))));
    actions_ = std::make_unique<WindowActions>(*this, workspace_.spec().undo_stack());
    build_panels();
    build_growth();
    connect_actions();
    connect_help();
    connect_workspace();
    connect_start_page();
    connect_choose();
    default_layout();
    first_layout_ = saveState(SessionStore::layout_version);
    if (!options_.safe) restore_session();
    set_theme(theme_);
    actions_->theme_action(theme_)->setChecked(true);
    bottom_->set_folded(plots_->needs_height());
    refresh_actions();
    refresh_title();
}

MainWindow::~MainWindow() {
    // The panels watch the workspace; they go before it does.
    workspace_.session().disconnect();
    workspace_.run().disconnect();
    workspace_.spec().disconnect();
    workspace_.estimator().disconnect();
    workspace_.spec().undo_stack().disconnect();
}

void MainWindow::build_panels() {
    messages_ = new MessageBar;
    plots_ = new PlotTabs(workspace_.spec(), workspace_.run());
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(messages_);
    setup_ = new SetupBar;
    column->addWidget(setup_);
    column->addWidget(plots_, 1);
    setCentralWidget(centre);

    library_ = new LibraryPanel;
    configuration_ = new ConfigurationPanel(workspace_.spec(), workspace_.estimator());
    results_ = new ResultsPanel(workspace_.run());
    connect(plots_, &PlotTabs::experiment_shown, results_, &ResultsPanel::show_experiment);
    log_ = new LogPanel(workspace_.run());
    findings_ = new FindingsPanel(workspace_.run());
    history_ = new PlanHistory(workspace_.spec(), workspace_.estimator(), this);
    plan_ = new PlanPanel(workspace_.spec(), workspace_.estimator(), *history_);
    findChild<QToolBar*>("toolbar")->addWidget(new EngineChooser(workspace_));
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    library_dock_ = add_dock(tr("Library"), "library-dock", library_, Qt::LeftDockWidgetArea);
    configuration_dock_ = add_dock(tr("Configuration"), "configuration-dock", configuration_,
                                   Qt::RightDockWidgetArea);
    results_dock_ = add_dock(tr("Results"), "results-dock", results_, Qt::BottomDockWidgetArea);
    findings_dock_ = add_dock(tr("Findings"), "findings-dock", findings_, Qt::BottomDockWidgetArea);
    plan_dock_ = add_dock(tr("Plan"), "plan-dock", plan_, Qt::BottomDockWidgetArea);
    log_dock_ = add_dock(tr("Log"), "log-dock", log_, Qt::BottomDockWidgetArea);
    // These share a place, and its tabs are their titles.
    for (QDockWidget* dock : {results_dock_, findings_dock_, plan_dock_, log_dock_})
        dock->setTitleBarWidget(new QWidget(dock));
    bottom_ = new BottomFold(*this, {results_dock_, findings_dock_, plan_dock_, log_dock_});
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setDocumentMode(true);
    actions_->view_menu->addSeparator();
    actions_->view_menu->addAction(actions_->reset_layout);
    status_ = new StatusStrip(workspace_, *statusBar());

    QWidget::setTabOrder(library_, plots_);
    QWidget::setTabOrder(plots_, results_);
    QWidget::setTabOrder(results_, findings_);
    QWidget::setTabOrder(findings_, log_);
    QWidget::setTabOrder(log_, configuration_);
}

QDockWidget* MainWindow::add_dock(const QString& title, const char* name, QWidget* content,
                                  Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    dock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    addDockWidget(area, dock);
    actions_->view_menu->addAction(dock->toggleViewAction());
    return dock;
}

void MainWindow::default_layout() {
    for (QDockWidget* dock :
         {library_dock_, configuration_dock_, results_dock_, findings_dock_, plan_dock_, log_dock_})
        dock->show();
    tabifyDockWidget(results_dock_, findings_dock_);
    tabifyDockWidget(findings_dock_, plan_dock_);
    tabifyDockWidget(plan_dock_, log_dock_);
    results_dock_->raise();
    resizeDocks({library_dock_, configuration_dock_}, {with_font(216), with_font(316)},
                Qt::Horizontal);
    bottom_->set_height(230);
}

void MainWindow::connect_workspace() {
    connect(&workspace_, &Workspace::said, this, &MainWindow::say);
    connect(library_, &LibraryPanel::preset_chosen, &workspace_, &Workspace::open);
    connect(library_, &LibraryPanel::run_chosen, &workspace_, &Workspace::open);
    connect(library_, &LibraryPanel::compare_wanted, this, [this](const QStringList& runs) {
        plots_->show_compare();
        plots_->compare().add_runs(runs);
    });
    connect(library_, &LibraryPanel::scanned, this, [this] {
        QList<std::pair<QString, QString>> runs;
        for (const LibraryEntry& entry : library_->entries())
            if (entry.kind != LibraryKind::preset && entry.error.isEmpty())
                runs << std::pair(entry.name, entry.path);
        plots_->compare().set_known_runs(runs);
    });
    connect(&plots_->compare(), &ComparePanel::said, this, &MainWindow::say);
    connect(&plots_->explorer(), &ExplorerPanel::said, this, &MainWindow::say);
    connect(plots_, &PlotTabs::budget_chosen, &workspace_, &Workspace::load_budget);
    connect(&workspace_, &Workspace::opened, this, [this](const QString& path) {
        library_->set_current(path);
        recent_->add(path);
        if (!std::exchange(keep_start_page_, false)) plots_->show_plots();
        if (std::exchange(choose_when_open_, false)) plots_->show_choose();
        if (edited_) {
            workspace_.spec().edit(tr("edits of the last session"), {}, *edited_);
            edited_.reset();
        }
        if (std::exchange(start_when_open_, false))
            workspace_.run().resumable() ? workspace_.resume_run() : workspace_.start();
        refresh_actions();
    });
    connect(&workspace_, &Workspace::devices_changed, this,
            [this] { configuration_->set_devices(workspace_.devices()); });
    connect(&workspace_, &Workspace::trust_needed, this, [this](const std::vector<OwnFile>& files) {
        if (ask_trust(files, this)) workspace_.trust_and_start(files);
    });
    connect(configuration_->variants()->own(), &OwnVariants::file_wanted, this,
            &MainWindow::ask_own_file);
    connect(&workspace_.session(), &EngineSession::run_state_changed, this,
            &MainWindow::refresh_actions);
    connect(&workspace_.session(), &EngineSession::run_ended, this, [this] {
        library_->rescan();
        say_what_next();
        if (closing_) close();
    });
    connect(&workspace_.run(), &RunDocument::reset, this, [this] {
        if (workspace_.run().live()) library_->rescan();
        refresh_actions();
    });
    connect(&workspace_.run(), &RunDocument::live_changed, this, [this](bool live) {
        if (live) {
            if (messages_->text().startsWith(tr("The run has stopped"))) messages_->hide();
            plots_->show_plots();
            library_->set_current(workspace_.run().folder());
            recent_->add(workspace_.run().folder());
        }
        refresh_actions();
    });
    connect(findings_, &FindingsPanel::points_chosen, this, [this](const QStringList& ids) {
        results_->select_points(ids);
        show_dock(results_dock_);
    });
    connect(&workspace_.spec(), &SpecDocument::changed, this, &MainWindow::refresh_title);
    connect(&workspace_.spec(), &SpecDocument::modified_changed, this, &MainWindow::refresh_title);
    connect(&workspace_.spec(), &SpecDocument::locked_changed, this, &MainWindow::refresh_actions);
    connect(&workspace_.spec().undo_stack(), &QUndoStack::indexChanged, this,
            &MainWindow::refresh_actions);
    connect(&workspace_, &Workspace::export_progressed, status_, &StatusStrip::show_export);
    connect(&workspace_, &Workspace::export_ended, status_, &StatusStrip::end_export);
    connect(&workspace_, &Workspace::export_ended, this, &MainWindow::refresh_actions);
    connect(
        &workspace_, &Workspace::export_finished, this, [this](const QString& folder, int files) {
            const QString text = tr("%1 files written to %2").arg(files).arg(folder);
            log_->add(Severity::info, text);
            messages_->say(Severity::info, text, tr("Show folder"), [this] { open_run_folder(); });
        });
}

void MainWindow::connect_start_page() {
    StartPage& page = plots_->start_page();
    connect(&page, &StartPage::run_quick, this, [this] {
        start_when_open_ = true;
        open_quick_preset();
    });
    connect(&page, &StartPage::open_file, this, &MainWindow::ask_open);
    connect(&page, &StartPage::explore, plots_, &PlotTabs::show_explorer);
    connect(&page, &StartPage::open_reference, this, [this] {
        choose_when_open_ = false;
        open_reference_run();
    });
    connect(&page, &StartPage::choose, this, [this] {
        choose_when_open_ = true;
        open_reference_run();
    });
    connect(library_, &LibraryPanel::scanned, this, [this, &page] {
        const auto& entries = library_->entries();
        page.set_reference_available(std::any_of(
            entries.begin(), entries.end(),
            [](const LibraryEntry& entry) { return entry.kind == LibraryKind::reference; }));
        // The first start: the quick preset stands in the editor, ready to be run.
        if (workspace_.asked_to_open() || !options_.path.isEmpty()) return;
        keep_start_page_ = true;
        open_quick_preset();
    });
}

void MainWindow::open_quick_preset() {
    for (const LibraryEntry& entry : library_->entries())
        if (entry.kind == LibraryKind::preset && entry.name == "quick")
            return workspace_.open(entry.path);
    start_when_open_ = keep_start_page_ = false;
    say(Severity::error, tr("There is no preset \u201cquick\u201d in the presets folder. Set "
                            "SLAY_DATA_DIR to the folder that holds presets/."));
}

void MainWindow::restore_session() {
    QString problem;
    const QJsonObject session = store_.load(&problem);
    if (!problem.isEmpty())
        QTimer::singleShot(0, this, [this, problem] { say(Severity::warning, problem); });
    theme_ = theme_from_text(session["theme"].toString());
    recent_->restore(session["recent"].toArray());
    pinned_->restore(session["pinned"].toObject());
    plots_->compare().restore(session["compare"].toObject());
    plots_->restore(session["plots"].toObject());
    workspace_.place().set_ssh_config(options_.ssh_config);
    workspace_.place().restore(session["hosts"].toArray());
    results_->restore(session["results"].toObject());
    const QByteArray paper = QJsonDocument(session["paper_export"].toObject()).toJson();
    if (auto choice = parse_choice(paper.toStdString(), "session"))
        paper_choice_ = std::move(choice).value();
    plots_->explorer().set_paper_choice(paper_choice_);
    if (options_.path.isEmpty()) {
        options_.path = session["opened"].toString();
        const std::string edited = session["edited"].toString().toStdString();
        if (!edited.empty())
            if (auto spec = parse_spec(edited, "session")) edited_ = std::move(spec).value();
    }
    // Nothing of a stored layout is trusted: it is out of the file by now, and comes back into it
    // only after it was drawn.
    if (const QByteArray geometry = store_.take_geometry(); !geometry.isEmpty())
        restoreGeometry(geometry);
    if (const QByteArray layout = store_.take_layout(); !layout.isEmpty())
        if (!restoreState(layout, SessionStore::layout_version)) default_layout();
    if (const int height = session["bottom_height"].toInt(); height > 0)
        bottom_->set_height(std::min(height, 2000));
}

void MainWindow::save_session() {
    if (!painted_) return;
    QJsonObject session;
    session["theme"] = to_text(theme_);
    session["plots"] = plots_->state();
    session["results"] = results_->state();
    session["paper_export"] =
        QJsonDocument::fromJson(QByteArray::fromStdString(to_json(paper_choice_).dump())).object();
    // What the last session had open, while it is still being read.
    const QString opened = workspace_.opened_path();
    session["opened"] =
        opened.isEmpty() && QFileInfo::exists(options_.path) ? options_.path : opened;
    session["hosts"] = workspace_.place().stored();
    session["recent"] = recent_->state();
    session["pinned"] = pinned_->state();
    session["compare"] = plots_->compare().state();
    if (edited_)
        session["edited"] = QString::fromStdString(to_text(*edited_));
    else if (workspace_.spec().modified())
        session["edited"] = QString::fromStdString(to_text(workspace_.spec().spec()));
    session["bottom_height"] = bottom_->height();
    SessionStore::put_layout(session, saveGeometry(), saveState(SessionStore::layout_version));
    store_.save(session);
}

void MainWindow::paintEvent(QPaintEvent* event) {
    QMainWindow::paintEvent(event);
    if (std::exchange(painted_, true)) return;
    QTimer::singleShot(0, this, &MainWindow::after_first_paint);
}

// The window is up: now what takes time may begin.
void MainWindow::after_first_paint() {
    bottom_->set_folded(plots_->needs_height());
    workspace_.session().load();
    library_->rescan();
    start_when_open_ = options_.run;
    if (!options_.path.isEmpty()) workspace_.open(options_.path);
    if (!options_.compared.isEmpty()) {
        plots_->show_compare();
        plots_->compare().add_runs(options_.compared);
    }
    save_session();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    save_session();
    if (workspace_.session().busy() && !std::exchange(closing_, true)) {
        workspace_.stop();
        say(Severity::info, tr("Stopping the run; the window closes when its last sample is in."));
        event->ignore();
        return;
    }
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (holds_local_files(*event->mimeData())) event->acceptProposedAction();
}

// One file is opened; several runs are compared.
void MainWindow::dropEvent(QDropEvent* event) {
    const DroppedFiles files = dropped_files(*event->mimeData());
    event->acceptProposedAction();
    if (files.runs.size() > 1) {
        plots_->show_compare();
        plots_->compare().add_runs(files.runs);
    } else if (files.runs.size() == 1) {
        workspace_.open(files.runs.first());
    }
    if (files.presets.size() == 1 && files.runs.isEmpty())
        workspace_.open(files.presets.first());
    else if (!files.presets.isEmpty())
        say(Severity::info, tr("One preset at a time is edited: drop it alone to open it."));
}

void MainWindow::say(Severity severity, const QString& text) {
    log_->add(severity, text);
    messages_->say(severity, text, severity == Severity::info ? QString() : tr("Show log"),
                   [this] { show_dock(log_dock_); });
}

void MainWindow::set_theme(ThemeChoice choice) {
    theme_ = choice;
    apply_theme(choice);
    plots_->retheme();
    results_->retheme();
    findings_->retheme();
    log_->retheme();
}

}  // namespace slay

// The window: docks around the plots, and what the actions do.
#pragma once

#include <QMainWindow>
#include <QPointer>
#include <memory>
#include <optional>

#include "exports/paper/paper_choice.h"
#include "widgets/guide/guide.h"
#include "widgets/look/theme.h"
#include "widgets/window/session_store.h"
#include "widgets/window/window_actions.h"
#include "widgets/window/workspace.h"

class QDockWidget;

namespace slay {

class BottomFold;
class ConfigurationPanel;
class ExportDialog;
class LibraryPanel;
class FindingsPanel;
class GrowthActions;
class PinnedBaseline;
class PlanHistory;
class PlanPanel;
class RecentFiles;
class LogPanel;
class MessageBar;
class PlotTabs;
class ResultsPanel;
class SetupBar;
class StatusStrip;

struct Preferences;

struct StartOptions {
    QString path;          // a preset or a run to open; empty: what the last session had open
    QStringList compared;  // runs to lay over each other, beside what is opened
    bool run = false;      // start it
    bool safe = false;     // pass over the stored session
    QString session_file = default_session_file();
    QString ssh_config;  // for runs on other hosts; empty: the user's own
};

class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    MainWindow(EngineSession::ExecutorFactory factory, StartOptions options,
               QWidget* parent = nullptr);
    ~MainWindow() override;

    Workspace& workspace() { return workspace_; }
    WindowActions& actions() { return *actions_; }
    ConfigurationPanel& configuration() { return *configuration_; }
    LibraryPanel& library() { return *library_; }
    PlotTabs& plots() { return *plots_; }
    ResultsPanel& results() { return *results_; }
    FindingsPanel& findings() { return *findings_; }
    LogPanel& log() { return *log_; }
    MessageBar& messages() { return *messages_; }
    SetupBar& setup() { return *setup_; }
    Guide* guide() const { return guide_; }
    PlanPanel& plan() { return *plan_; }
    PinnedBaseline& pinned() { return *pinned_; }
    GrowthActions& growth() { return *growth_; }
    RecentFiles& recent() { return *recent_; }
    BottomFold& bottom() { return *bottom_; }

    void say(Severity severity, const QString& text);
    void set_theme(ThemeChoice choice);
    void save_session();
    // Of the run shown; null where there is none. It goes when it is closed.
    ExportDialog* open_export_dialog();

  protected:
    void closeEvent(QCloseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void build_panels();
    void build_growth();
    void copy_command(const QStringList& words);
    QDockWidget* add_dock(const QString& title, const char* name, QWidget* content,
                          Qt::DockWidgetArea area);
    void open_quick_preset();
    void default_layout();
    void connect_actions();
    void connect_workspace();
    void connect_start_page();
    void restore_session();
    void after_first_paint();
    void refresh_actions();
    void refresh_title();
    void ask_open();
    void ask_open_run();
    void ask_own_file();
    void save_preset();
    void save_preset_as();
    void export_to(QString folder);
    void open_run_folder();
    void connect_help();
    void show_preferences();
    void apply_preferences(const Preferences& preferences);
    void show_guide();
    void connect_choose();
    void show_dock(QDockWidget* dock);
    void open_reference_run();
    void say_what_next();
    QWidget* export_button() const;
    void show_about();

    StartOptions options_;
    SessionStore store_;
    Workspace workspace_;
    std::unique_ptr<WindowActions> actions_;
    LibraryPanel* library_ = nullptr;
    ConfigurationPanel* configuration_ = nullptr;
    PlotTabs* plots_ = nullptr;
    ResultsPanel* results_ = nullptr;
    FindingsPanel* findings_ = nullptr;
    LogPanel* log_ = nullptr;
    MessageBar* messages_ = nullptr;
    StatusStrip* status_ = nullptr;
    SetupBar* setup_ = nullptr;
    QPointer<Guide> guide_;
    PlanHistory* history_ = nullptr;
    PlanPanel* plan_ = nullptr;
    PinnedBaseline* pinned_ = nullptr;
    GrowthActions* growth_ = nullptr;
    RecentFiles* recent_ = nullptr;
    QDockWidget* plan_dock_ = nullptr;
    QDockWidget *library_dock_ = nullptr, *configuration_dock_ = nullptr, *results_dock_ = nullptr,
                *findings_dock_ = nullptr, *log_dock_ = nullptr;
    BottomFold* bottom_ = nullptr;
    QByteArray first_layout_;
    ThemeChoice theme_ = ThemeChoice::system;
    PaperChoice paper_choice_;         // of the last export for a paper
    std::optional<SweepSpec> edited_;  // of the last session, not saved in a file
    bool painted_ = false, closing_ = false, start_when_open_ = false;
    bool choose_when_open_ = false;        // the run that opens is asked by the Choose tab
    bool reference_when_scanned_ = false;  // it was asked for before the library was read
    bool keep_start_page_ = false;         // the next preset that opens was not asked for
};

}  // namespace slay

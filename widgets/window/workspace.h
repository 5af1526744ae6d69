// What the window works on: the edited preset, the run shown, the engine; and what can be done with
// them. No widgets here.
#pragma once

#include <QObject>
#include <QPointer>
#include <QString>
#include <memory>

#include "app/session/engine_session.h"
#include "engine/core/own_variant.h"
#include "engine/core/plan_growth.h"
#include "widgets/document/plan_estimator.h"
#include "widgets/document/run_document.h"
#include "widgets/document/spec_document.h"
#include "widgets/elsewhere/engine_place.h"
#include "widgets/elsewhere/folder_follower.h"
#include "widgets/window/export_task.h"

namespace slay {

class Workspace : public QObject {
    Q_OBJECT

  public:
    explicit Workspace(EngineSession::ExecutorFactory factory, QObject* parent = nullptr);

    SpecDocument& spec() { return spec_; }
    RunDocument& run() { return run_; }
    PlanEstimator& estimator() { return estimator_; }
    EngineSession& session() { return session_; }
    EnginePlace& place() { return place_; }
    // Of the place where runs are measured: this machine, or the host chosen.
    const std::vector<DeviceInfo>& devices() const;

    // A preset, the folder of a run or of a job, a journal; read in the background, then shown and,
    // while others still measure it, followed. A file of the user's own becomes a variant.
    void open(const QString& path);
    bool save_preset(const QString& path);
    bool preset_is_own() const;  // saved by the user, not one that came with the program
    const QString& opened_path() const { return opened_; }
    bool asked_to_open() const { return open_serial_ != 0; }  // anything, read yet or not

    void start();           // the edited preset, in a new folder
    // Remembers that these files may run, and starts what waited for it.
    void trust_and_start(const std::vector<OwnFile>& files);
    void add_own_file(const QString& path);
    void resume_run();      // what the run shown leaves open
    void refresh_device();  // after a change of the preferred one
    // Asks the run shown for more points, or for points again: taken up at once where it goes on,
    // else the run is resumed for them.
    void grow(const PlanGrowth& growth);
    const DeviceRates& rates() const { return rates_; }  // for predictions, of the chosen device

    void toggle_pause();
    void stop();

    // The editor's sweep at the budget of a point of the run shown: one edit, which can be undone.
    void load_budget(const QString& point);

    void export_run(const QString& folder);
    bool exporting() const { return !export_.isNull(); }
    void cancel_export();

  signals:
    void said(slay::Severity severity, const QString& text);  // for the message bar and the log
    void opened(const QString& path);
    void devices_changed();
    // The run that was asked for waits: its files are somebody's code (trust_dialog.h).
    void trust_needed(const std::vector<slay::OwnFile>& files);
    void export_progressed(int done, int total, const QString& file);
    void export_finished(const QString& folder, int files);
    void export_ended();

  private:
    void open_preset(const QString& path);
    void open_run(const QString& folder);
    void start_measuring();
    void check_files_then(bool resumed);
    void take_run_state();
    void go_on_for_requests();
    const DeviceRates* rates_of(const std::string& device) const;
    void update_rates();

    SpecDocument spec_;
    RunDocument run_;
    PlanEstimator estimator_;
    EngineSession session_;
    EnginePlace place_;
    FolderFollower follower_;
    QString progress_;  // of the job that is followed, as it was said last
    SweepSpec to_run_;              // what start_measuring() starts, files hashed
    bool waits_to_resume_ = false;  // and whether in the folder of the run shown
    DeviceRates rates_;
    bool growing_ = false;  // a run was resumed for what it was asked to add
    QPointer<ExportTask> export_;
    QString opened_;
    std::uint64_t open_serial_ = 0;  // only the latest file asked for is shown
};

}  // namespace slay

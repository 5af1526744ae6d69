// The engine's thread behind a Qt object. Everything that takes longer than a frame happens on that
// thread: loading LibTorch and CUDA, listing devices, measuring, making the record of a plan. The
// window's thread only hands over a spec, and takes what came of it about 30 times a second, as
// much at once as it can show within a frame; what came faster waits, and is all told before the
// run's end is.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/session/event_outbox.h"
#include "engine/core/sweep_spec.h"
#include "engine/run/executor.h"
#include "engine/run/host_run.h"
#include "engine/run/runner.h"

namespace slay {

class EngineThread;

class EngineSession : public QObject {
    Q_OBJECT

  public:
    enum class EngineState { unloaded, loading, ready, failed };
    Q_ENUM(EngineState)
    enum class RunState { idle, starting, running, paused, stopping };
    Q_ENUM(RunState)

    // Called once, on the engine's thread. Tests give one of their own.
    using ExecutorFactory = std::function<Result<std::unique_ptr<Executor>>()>;

    static constexpr int drain_interval_ms = 33;
    static constexpr double told_at_once_ms = 8;  // of the window's thread, for a batch of events

    explicit EngineSession(ExecutorFactory factory, QObject* parent = nullptr);
    ~EngineSession() override;  // requests stop and joins

    // Called on the engine's thread with the record of each run that starts, before it is handed
    // over: what views would else work out on the window's. Before the first run.
    void set_preparation(std::function<void(const RunRecord&)> prepare);

    void load();  // starts loading the engine; returns at once

    // Starts a run; the engine is loaded first where it is not yet. A run that is still going is
    // superseded: it is asked to stop, and what it says from now on is dropped here (its journal
    // keeps it).
    // On a host, its journal is followed here (host_run.h).
    void start(const SweepSpec& spec, const RunOptions& options, const HostTarget& host = {});
    void pause();
    void resume();  // goes on after a pause
    void stop();

    EngineState engine_state() const { return engine_state_; }
    QString engine_error() const { return engine_error_; }
    RunState run_state() const { return run_state_; }
    bool busy() const { return run_state_ != RunState::idle; }
    const std::vector<DeviceInfo>& devices() const { return devices_; }

  signals:
    void engine_state_changed();
    void devices_changed();
    void run_state_changed();
    // A run's record as its start makes it, before the events that it holds are told.
    void run_prepared(const std::shared_ptr<slay::RunRecord>& record);
    void events_arrived(const std::vector<slay::Event>& events);  // one batch a drain
    void noted(const QString& text);          // a connection to a host lost, or found again
    void run_ended();                         // after the last events of a run
    void run_failed(const QString& message);  // could not start or go on; before run_ended

  private:
    void wake();   // something waits in the outbox
    void drain();  // takes it
    void take_engine(std::vector<DeviceInfo> devices, QString error);
    void end_run(std::uint64_t serial, const QString& error);
    void tell_some();
    void tell_end(const QString& error);
    void set_run_state(RunState state);

    EventOutbox outbox_;
    std::deque<Event> waiting_;     // taken from the outbox and not yet told
    std::size_t at_once_ = 256;     // events that were told within told_at_once_ms
    std::optional<QString> ended_;  // the run's error, "" without one: to be told behind its events
    std::function<void(const RunRecord&)> prepare_;
    QTimer drain_timer_;
    QElapsedTimer last_drain_;
    EngineState engine_state_ = EngineState::unloaded;
    RunState run_state_ = RunState::idle;
    QString engine_error_;
    std::vector<DeviceInfo> devices_;
    std::uint64_t serial_ = 0;             // of the run that is shown
    std::shared_ptr<RunControl> control_;  // of that run; shared with the thread
    std::unique_ptr<EngineThread> thread_;
};

}  // namespace slay

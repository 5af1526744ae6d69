#include "app/session/engine_session.h"

#include <algorithm>
#include <utility>

#include "app/session/engine_thread.h"

namespace slay {

EngineSession::EngineSession(ExecutorFactory factory, QObject* parent) : QObject(parent) {
    drain_timer_.setSingleShot(true);
    drain_timer_.setTimerType(Qt::PreciseTimer);
    connect(&drain_timer_, &QTimer::timeout, this, &EngineSession::drain);

    EngineListener listener;
    listener.engine_loaded = [this](std::vector<DeviceInfo> devices, std::string error) {
        QMetaObject::invokeMethod(
            this,
            [this, devices = std::move(devices), error = QString::fromStdString(error)] {
                take_engine(devices, error);
            },
            Qt::QueuedConnection);
    };
    listener.event = [this](std::uint64_t serial, const Event& event) {
        if (outbox_.post(serial, event))
            QMetaObject::invokeMethod(this, &EngineSession::wake, Qt::QueuedConnection);
    };
    listener.run_ended = [this](std::uint64_t serial, std::string error) {
        QMetaObject::invokeMethod(
            this, [this, serial, error = QString::fromStdString(error)] { end_run(serial, error); },
            Qt::QueuedConnection);
    };
    listener.noted = [this](std::uint64_t serial, std::string text) {
        QMetaObject::invokeMethod(
            this,
            [this, serial, text = QString::fromStdString(text)] {
                if (serial == serial_) emit noted(text);
            },
            Qt::QueuedConnection);
    };
    thread_ = std::make_unique<EngineThread>(std::move(factory), std::move(listener));
}

EngineSession::~EngineSession() {
    thread_.reset();
}

void EngineSession::load() {
    if (engine_state_ == EngineState::loading || engine_state_ == EngineState::ready) return;
    engine_state_ = EngineState::loading;
    engine_error_.clear();
    thread_->load();
    emit engine_state_changed();
}

void EngineSession::start(const SweepSpec& spec, const RunOptions& options,
                          const HostTarget& host) {
    if (host.host.empty()) load();
    if (control_) control_->request_stop();
    control_ = std::make_shared<RunControl>();
    ++serial_;
    thread_->run({serial_, spec, options, control_, host});
    set_run_state(RunState::starting);
}

void EngineSession::pause() {
    if (run_state_ != RunState::running) return;
    control_->pause();
    set_run_state(RunState::paused);
}

void EngineSession::resume() {
    if (run_state_ != RunState::paused) return;
    control_->resume();
    set_run_state(RunState::running);
}

void EngineSession::stop() {
    if (run_state_ == RunState::idle || run_state_ == RunState::stopping) return;
    control_->request_stop();
    set_run_state(RunState::stopping);
}

void EngineSession::wake() {
    if (drain_timer_.isActive()) return;
    const qint64 passed = last_drain_.isValid() ? last_drain_.elapsed() : drain_interval_ms;
    drain_timer_.start(static_cast<int>(std::max<qint64>(0, drain_interval_ms - passed)));
}

void EngineSession::drain() {
    last_drain_.start();
    const auto events = outbox_.take(serial_);
    if (events.empty()) return;
    if (run_state_ == RunState::starting) set_run_state(RunState::running);
    emit events_arrived(events);
}

void EngineSession::take_engine(std::vector<DeviceInfo> devices, QString error) {
    engine_error_ = std::move(error);
    engine_state_ = engine_error_.isEmpty() ? EngineState::ready : EngineState::failed;
    devices_ = std::move(devices);
    emit devices_changed();
    emit engine_state_changed();
}

void EngineSession::end_run(std::uint64_t serial, const QString& error) {
    if (serial != serial_) return;  // superseded
    drain_timer_.stop();
    drain();
    control_.reset();
    set_run_state(RunState::idle);
    if (!error.isEmpty()) emit run_failed(error);
    emit run_ended();
}

void EngineSession::set_run_state(RunState state) {
    if (run_state_ == state) return;
    run_state_ = state;
    emit run_state_changed();
}

}  // namespace slay

#include "app/session/engine_session.h"

#include <QThreadPool>
#include <algorithm>
#include <iterator>
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
        std::shared_ptr<RunRecord> record;
        if (std::holds_alternative<RunStarted>(event.body)) {
            record = std::make_shared<RunRecord>();
            record->apply(event);
            if (prepare_) prepare_(*record);
        }
        if (outbox_.post(serial, event, std::move(record)))
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

void EngineSession::set_preparation(std::function<void(const RunRecord&)> prepare) {
    prepare_ = std::move(prepare);
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
    waiting_.clear();
    ended_.reset();
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
    EventOutbox::Batch batch = outbox_.take(serial_);
    if (batch.prepared) emit run_prepared(batch.prepared);
    std::move(batch.events.begin(), batch.events.end(), std::back_inserter(waiting_));
    if (!waiting_.empty()) tell_some();
    if (!waiting_.empty()) {
        // Input and painting come in between.
        constexpr int pause_ms = 3;
        drain_timer_.start(pause_ms);
    } else if (ended_) {
        tell_end(*std::exchange(ended_, std::nullopt));
    }
}

void EngineSession::tell_some() {
    const std::size_t count = std::min(at_once_, waiting_.size());
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Event> events(std::make_move_iterator(waiting_.begin()),
                              std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    if (run_state_ == RunState::starting) set_run_state(RunState::running);
    const std::uint64_t serial = serial_;
    QElapsedTimer timer;
    timer.start();
    emit events_arrived(events);
    const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    // As many as take that long, approached from both sides.
    const double wanted = static_cast<double>(count) * told_at_once_ms / std::max(ms, 0.05);
    if (serial == serial_ && (count == at_once_ || ms > told_at_once_ms))
        at_once_ = static_cast<std::size_t>(
            std::clamp(wanted, 64.0, 1.5 * static_cast<double>(at_once_) + 64));
    const bool large = std::any_of(events.begin(), events.end(), [](const Event& each) {
        return std::holds_alternative<RunStarted>(each.body);
    });
    // Freeing a plan of many points takes a frame: elsewhere.
    if (large) QThreadPool::globalInstance()->start([gone = std::move(events)] {});
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
    ended_ = error;
    drain_timer_.stop();
    drain();
}

void EngineSession::tell_end(const QString& error) {
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

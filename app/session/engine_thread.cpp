#include "app/session/engine_thread.h"

#include <exception>
#include <utility>

#include "engine/core/own_variant.h"
#include "engine/run/executor_choice.h"

namespace slay {

EngineThread::EngineThread(ExecutorFactory factory, EngineListener listener)
    : factory_(std::move(factory)),
      listener_(std::move(listener)),
      thread_([this](std::stop_token stop) { loop(std::move(stop)); }) {}

EngineThread::~EngineThread() {
    thread_.request_stop();
    const std::lock_guard lock(mutex_);
    jobs_.clear();
    for (const auto& control : controls_)
        if (const auto live = control.lock()) live->request_stop();
}

void EngineThread::load() {
    post([this] { ensure_executor(); });
}

void EngineThread::run(RunJob job) {
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(controls_, [](const auto& control) { return control.expired(); });
        controls_.push_back(job.control);
    }
    post([this, job = std::move(job)] { execute(job); });
}

void EngineThread::post(Job job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
}

void EngineThread::loop(std::stop_token stop) {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !jobs_.empty(); })) break;
            if (stop.stop_requested()) break;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job();
    }
    executor_.reset();
    workers_.reset();
}

bool EngineThread::ensure_executor() {
    if (executor_) return true;
    std::vector<DeviceInfo> devices;
    try {
        auto loaded = factory_();
        if (loaded) {
            executor_ = std::move(loaded).value();
            devices = executor_->devices();
            load_error_.clear();
        } else {
            load_error_ = loaded.error().message;
        }
    } catch (const std::exception& failure) {
        executor_.reset();
        load_error_ = failure.what();
    }
    listener_.engine_loaded(std::move(devices), load_error_);
    return executor_ != nullptr;
}

Result<Executor*> EngineThread::executor_for(const SweepSpec& spec) {
    if (!ensure_executor())
        return Error{ErrorKind::internal, "The engine could not be loaded: " + load_error_};
    if (own_files(spec).empty() || measures_elsewhere(*executor_)) return executor_.get();
    if (!workers_) {
        auto made = make_executor(ExecutorChoice::worker);
        if (!made) return made.error();
        workers_ = std::move(*made);
    }
    return workers_.get();
}

Result<RunRecord> EngineThread::measure(const RunJob& job, const EventSink& sink) {
    if (!job.host.host.empty())
        return run_on_host(job.spec, job.host, *job.control, job.options, sink,
                           [&](const std::string& text) { listener_.noted(job.serial, text); });
    const auto executor = executor_for(job.spec);
    if (!executor) return executor.error();
    return run_spec(job.spec, **executor, *job.control, job.options, sink);
}

void EngineThread::execute(const RunJob& job) {
    if (job.control->stop_requested()) {
        listener_.run_ended(job.serial, {});
        return;
    }
    std::string error;
    try {
        const auto record =
            measure(job, [&](const Event& event) { listener_.event(job.serial, event); });
        if (!record && record.error().kind != ErrorKind::cancelled) error = record.error().message;
        if (record && record->outcome() == RunOutcome::failed)
            error = "The run ended: " + record->reason() + ". What was measured is kept.";
    } catch (const std::exception& failure) {
        error = std::string("The run ended on an internal error: ") + failure.what() +
                " What was measured before is in its journal.";
    }
    listener_.run_ended(job.serial, std::move(error));
}

}  // namespace slay

// Stop and pause, read by the engine between samples.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

namespace slay {

class RunControl {
  public:
    // Not from a signal handler: it wakes whoever waits.
    void request_stop() { source_.request_stop(); }
    bool stop_requested() const { return source_.stop_requested(); }
    std::stop_token token() const { return source_.get_token(); }

    void pause();
    void resume();
    bool paused() const;

    // Blocks while paused; returns whether the run goes on (false: stop requested).
    bool wait_while_paused();

    // Told on the waiting thread when a wait begins (true) and when it ends (false). The runner
    // sets it and turns it into events.
    using PauseListener = std::function<void(bool paused)>;
    void set_pause_listener(PauseListener listener);

  private:
    std::stop_source source_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    PauseListener listener_;
    bool paused_ = false;
};

}  // namespace slay

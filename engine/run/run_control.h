// Stop and pause, read by the engine between samples.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace slay {

class RunControl {
  public:
    void request_stop() {
        source_.request_stop();
        changed_.notify_all();
    }
    bool stop_requested() const { return source_.stop_requested(); }
    std::stop_token token() const { return source_.get_token(); }

    void pause();
    void resume();
    bool paused() const;

    // Blocks while paused; returns whether the run goes on (false: stop requested).
    bool wait_while_paused();

  private:
    std::stop_source source_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool paused_ = false;
};

}  // namespace slay

#include "engine/run/run_control.h"

#include <utility>

namespace slay {

void RunControl::pause() {
    const std::lock_guard lock(mutex_);
    paused_ = true;
}

void RunControl::resume() {
    {
        const std::lock_guard lock(mutex_);
        paused_ = false;
    }
    changed_.notify_all();
}

bool RunControl::paused() const {
    const std::lock_guard lock(mutex_);
    return paused_;
}

void RunControl::set_pause_listener(PauseListener listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

bool RunControl::wait_while_paused() {
    std::unique_lock lock(mutex_);
    if (!paused_ || stop_requested()) return !stop_requested();
    // A copy, called unlocked: the listener may ask this object whether it is paused.
    const PauseListener listener = listener_;
    lock.unlock();
    if (listener) listener(true);
    lock.lock();
    changed_.wait(lock, source_.get_token(), [this] { return !paused_; });
    lock.unlock();
    if (listener) listener(false);
    return !stop_requested();
}

}  // namespace slay

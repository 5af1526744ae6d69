// Events on their way from the engine's thread to the window's: immutable values behind a mutex.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/core/event.h"

namespace slay {

// Any thread posts, one thread takes. Each event is marked with the serial of the run it is of, so
// that what a superseded run still says can be told apart.
class EventOutbox {
  public:
    // Returns whether the box was empty: the taker has to be woken.
    bool post(std::uint64_t serial, Event event) {
        const std::lock_guard lock(mutex_);
        items_.emplace_back(serial, std::move(event));
        return items_.size() == 1;
    }

    // All that waits, of the run `serial` only; the rest is dropped.
    std::vector<Event> take(std::uint64_t serial) {
        std::vector<std::pair<std::uint64_t, Event>> items;
        {
            const std::lock_guard lock(mutex_);
            items.swap(items_);
        }
        std::vector<Event> events;
        events.reserve(items.size());
        for (auto& [of, event] : items)
            if (of == serial) events.push_back(std::move(event));
        return events;
    }

  private:
    std::mutex mutex_;
    std::vector<std::pair<std::uint64_t, Event>> items_;
};

}  // namespace slay

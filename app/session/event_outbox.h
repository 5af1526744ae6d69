// Events on their way from the engine's thread to the window's: immutable values behind a mutex.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/core/event.h"
#include "engine/core/run_record.h"

namespace slay {

// Any thread posts, one thread takes. Each event is marked with the serial of the run it is of, so
// that what a superseded run still says can be told apart.
class EventOutbox {
  public:
    struct Batch {
        std::vector<Event> events;
        std::shared_ptr<RunRecord> prepared;  // the latest record posted; null: none
    };

    // `prepared`: with the event that starts a run, the record that it makes, built by the poster.
    // Returns whether the box was empty: the taker has to be woken.
    bool post(std::uint64_t serial, Event event, std::shared_ptr<RunRecord> prepared = {}) {
        const std::lock_guard lock(mutex_);
        items_.push_back({serial, std::move(event), std::move(prepared)});
        return items_.size() == 1;
    }

    // All that waits, of the run `serial` only; the rest is dropped.
    Batch take(std::uint64_t serial) {
        std::vector<Item> items;
        {
            const std::lock_guard lock(mutex_);
            items.swap(items_);
        }
        Batch batch;
        batch.events.reserve(items.size());
        for (Item& item : items) {
            if (item.serial != serial) continue;
            batch.events.push_back(std::move(item.event));
            if (item.prepared) batch.prepared = std::move(item.prepared);
        }
        return batch;
    }

  private:
    struct Item {
        std::uint64_t serial = 0;
        Event event;
        std::shared_ptr<RunRecord> prepared;
    };
    std::mutex mutex_;
    std::vector<Item> items_;
};

}  // namespace slay

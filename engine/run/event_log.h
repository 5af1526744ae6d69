// Where the events of a run go: into the journal, then into the record, then to whoever watches.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/core/journal.h"
#include "engine/run/runner.h"

namespace slay {

class EventLog {
  public:
    // Goes on after the record's last event; a new run has an empty record.
    EventLog(std::unique_ptr<JournalWriter> journal, std::string run, RunRecord record,
             const EventSink& sink);

    // Numbers and times the event. After the journal could not be written nothing is taken any
    // more: `failure` says why. Thread-safe; the sink is called before it returns.
    bool emit(EventBody body);
    void message(Severity severity, std::string_view text);

    std::optional<Error> failure() const;

    // Looks at the record while nobody adds to it. `look` must not emit.
    void read(const std::function<void(const RunRecord&)>& look) const {
        const std::lock_guard lock(mutex_);
        look(record_);
    }

    // Not while another thread emits.
    const RunRecord& record() const { return record_; }
    RunRecord take_record() { return std::move(record_); }

  private:
    const std::unique_ptr<JournalWriter> journal_;
    const std::string run_;
    RunRecord record_;
    const EventSink& sink_;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    const double earlier_seconds_;
    std::uint64_t seq_;
    mutable std::mutex mutex_;
    std::optional<Error> failure_;
};

}  // namespace slay

#include "engine/run/event_log.h"

#include <utility>

#include "engine/core/units.h"

namespace slay {

EventLog::EventLog(std::unique_ptr<JournalWriter> journal, std::string run, RunRecord record,
                   const EventSink& sink)
    : journal_(std::move(journal)),
      run_(std::move(run)),
      record_(std::move(record)),
      sink_(sink),
      earlier_seconds_(record_.seconds()),
      seq_(record_.last_seq()) {}

bool EventLog::emit(EventBody body) {
    const std::lock_guard lock(mutex_);
    if (failure_) return false;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    const Event event{seq_ + 1, run_, earlier_seconds_ + elapsed.count(), std::move(body)};
    if (Status written = journal_->append(event); !written) {
        failure_ = written.error();
        return false;
    }
    ++seq_;
    record_.apply(event);
    if (sink_) sink_(event);
    return true;
}

void EventLog::message(Severity severity, std::string_view text) {
    emit(Message{severity, clean_text(text)});
}

std::optional<Error> EventLog::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

}  // namespace slay

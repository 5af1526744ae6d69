// What an event says in one line of the log.
#pragma once

#include <QString>
#include <optional>

#include "engine/core/event.h"
#include "engine/core/run_record.h"

namespace slay {

struct LogText {
    Severity severity = Severity::info;
    QString text;
};

// Nothing for events that are no news (samples). `record` has the event already.
std::optional<LogText> log_text(const Event& event, const RunRecord& record);

// "Latency scaling, SLAY (anchor), L = 8192, forward": what tells the point from others.
QString point_text(const Point& point);

}  // namespace slay

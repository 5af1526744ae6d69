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

// Of a point of a saved run that went wrong; nothing for one that was measured, or not reached.
std::optional<LogText> trouble_text(const RecordedPoint& point, const RunRecord& record);

// What a saved run is: "408 of 413 points measured on NVIDIA H100, 2026-11-24; 48 unconverged".
QString opened_text(const RunRecord& record);

// "Latency scaling, SLAY (anchor), L = 8192, forward": what tells the point from others.
QString point_text(const Point& point);

}  // namespace slay

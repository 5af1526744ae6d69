// Findings for people.
#pragma once

#include <string>

#include "exports/findings/report.h"

namespace slay::bench {

// For each finding its answer, and a table of its checks: what was measured, what is expected.
std::string findings_text(const JudgedSet& judged);

}  // namespace slay::bench

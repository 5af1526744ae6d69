// A run from its results file alone (artifacts/benchmark_results.json): what a colleague sends.
#pragma once

#include <string>
#include <string_view>

#include "engine/core/journal.h"

namespace slay {

// The record without raw samples: states, reasons, metrics with their intervals, notes, provenance.
// Errors name `source`: no JSON, or of another schema.
Result<RunRecord> parse_results(std::string_view json_text, const std::string& source);

// A run by its folder, its journal, or its results file.
Result<JournalContent> read_run(const std::string& path);

}  // namespace slay

// The answer to a case in sentences.
#pragma once

#include "exports/advice/case_answer.h"

namespace slay {

// Fills `sentences` and `notes` from what the rest of the answer holds.
void add_words(const RunRecord& record, const CaseQuestion& question, CaseAnswer& answer);

}  // namespace slay

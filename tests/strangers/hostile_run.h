// A run whose every free text tries something: markup, escapes of terminals, LaTeX, formulas of
// spreadsheets, paths that climb. Written with right checksums, as somebody could.
#pragma once

#include <string>
#include <vector>

#include "engine/core/event.h"

namespace slay::samples {

struct Trick {
    const char* name;
    std::string text;
};
const std::vector<Trick>& tricks();

// small_run() with `trick` in every place that takes a text. `own_ids`: the ids of points and
// groups too, so that they are no hashes.
std::vector<Event> hostile_run(const std::string& trick, bool own_ids);

// As a journal holds them.
std::string lines_of(const std::vector<Event>& events);

}  // namespace slay::samples

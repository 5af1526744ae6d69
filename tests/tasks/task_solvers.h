// Each task solved again from what a causal model sees: the positions before an answer and the one
// at it. Written from the tasks' words alone, with no code of the generators.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/task_catalog.h"

namespace slay::testing {

// One sequence as a model is given it.
struct Shown {
    TaskSize size;
    std::vector<std::int32_t> tokens;  // [L]
};

// The answer at position `at`, from the tokens 0 .. at alone; -1 where they do not tell it.
// `index` counts the answer positions up to it.
std::int32_t solve(const std::string& task, const Shown& shown, std::size_t at, std::size_t index);

// The symbol that follows another in the bigram task, learned from sequences rather than known.
using BigramTable = std::vector<std::int32_t>;  // -1 where not seen
std::int32_t solve_bigram(const BigramTable& table, const Shown& shown, std::size_t at,
                          std::size_t index);

// The tokens between the pads and the delimiter.
std::vector<std::int32_t> question_of(const Shown& shown, std::size_t at);

}  // namespace slay::testing

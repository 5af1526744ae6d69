// Sequences of the synthetic tasks, drawn on the fly. Plain integers: no tensor library.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/core/task_catalog.h"
#include "engine/tasks/task_random.h"

namespace slay {

// The numbers of a sequence: the symbols are 0 .. V-1, then these.
enum class TaskToken {
    delimiter,  // between the question and the answers
    slot,       // an answer position that shows nothing
    pad,        // before a question that does not fill the sequence
    mark,       // selective copy: the next token counts; noisy copy: the next token is noise
    pop,        // stack
    count,
};
inline std::int32_t task_token(const TaskSize& size, TaskToken token) {
    return static_cast<std::int32_t>(size.vocabulary) + static_cast<std::int32_t>(token);
}
// Different numbers that a sequence may hold: what an embedding needs.
inline std::int64_t task_tokens(const TaskSize& size) {
    return size.vocabulary + static_cast<std::int64_t>(TaskToken::count);
}

// The symbol that follows `symbol` in the table of the bigram task: a fixed permutation of V
// symbols, the same for every seed.
std::int32_t bigram_after(std::int32_t symbol, std::int64_t vocabulary);

// One sequence to fill. `prompt` ends before the delimiter and is all pads at first; `asked` is
// all slots; `answers` belong to the positions of `asked`.
struct TaskSequence {
    std::span<std::int32_t> prompt, asked, answers;
};

// How one task fills a sequence. The answers follow from the prompt, and from the token asked.
struct TaskGenerator {
    std::string_view name;
    void (*fill)(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) = nullptr;
};

// One for each row of task_catalog(), in its order. Throws std::logic_error where they disagree.
const std::vector<TaskGenerator>& task_generators();

enum class TaskSplit { train, test };

// `count` sequences of L tokens each, and the answers of each to its last A positions:
// tokens [count, L], answers [count, A]. The same for the same seed, split, step and size;
// sequence i does not depend on `count`. Precondition: task_size_error() is empty.
struct TaskBatch {
    std::vector<std::int32_t> tokens, answers;
};
TaskBatch draw_task(const TaskInfo& task, const TaskSize& size, std::uint64_t seed, TaskSplit split,
                    std::uint64_t step, std::int64_t count);

// The same into memory that is there: spans of count * L and count * A numbers.
void draw_task(const TaskInfo& task, const TaskSize& size, std::uint64_t seed, TaskSplit split,
               std::uint64_t step, std::span<std::int32_t> tokens, std::span<std::int32_t> answers);

}  // namespace slay

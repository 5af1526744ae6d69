// The synthetic tasks as every program knows them without loading LibTorch; what fills their
// sequences is in engine/tasks.
//
// A sequence has exactly L positions: the question, a delimiter, then A answer positions, the last
// of the sequence. The loss is taken at those alone. An answer position shows a slot that says
// nothing, or, where a task asks several things, what is asked there; never an answer. So a model
// without attention, which sees one position at a time, cannot do better than chance.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slay {

enum class TaskCategory {
    basic,
    memory,
    long_range,
    reasoning,
    arithmetic,
    pattern,
    robustness,
    aggregation,
};
std::string_view title_of(TaskCategory category);  // "Memory and retrieval"

struct TaskSize {
    std::int64_t length = 64;      // L, positions of the whole sequence
    std::int64_t vocabulary = 32;  // V, symbols; the delimiter and the like come besides
    bool operator==(const TaskSize&) const = default;
};

struct TaskInfo {
    std::string name;   // "needle": the id in presets
    std::string title;  // "Needle in a haystack"
    TaskCategory category = TaskCategory::basic;
    std::string asked;  // one sentence: what is shown and what is asked
    // One of the 22 tasks of the paper's suite. Associative recall is in its plan beside them.
    bool in_suite = true;
    // The size that gives as much content as the suite's documentation says (arXiv 2602.04915,
    // docs/BENCHMARK_TASKS.md of its repository), whose sequences hold no answer positions.
    TaskSize documented;
    TaskSize smallest;
    // A, the answer positions of one sequence.
    std::int64_t (*answers)(const TaskSize&) = nullptr;
    // The best accuracy without attention: from the position and its own token alone.
    double (*chance)(const TaskSize&) = nullptr;
};

// All tasks, by category, in the order of the paper's documentation.
const std::vector<TaskInfo>& task_catalog();
const TaskInfo* find_task(std::string_view name);

// Empty, or what is wrong with the size: "copy needs a length of at least 3, not 2".
std::string task_size_error(const TaskInfo& task, const TaskSize& size);

}  // namespace slay

#include "engine/tasks/task_data.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "engine/tasks/generators.h"

namespace slay {
namespace {

std::vector<TaskGenerator> build() {
    return {
        {"copy", fill_copy},
        {"sorting", fill_sorting},
        {"reverse", fill_reverse},
        {"needle", fill_needle},
        {"key-value-recall", fill_key_value_recall},
        {"associative-recall", fill_associative_recall},
        {"first-token", fill_first_token},
        {"selective-copy", fill_selective_copy},
        {"long-copy", fill_copy},
        {"distant-match", fill_distant_match},
        {"multi-hop", fill_multi_hop},
        {"stack", fill_stack},
        {"induction", fill_induction},
        {"pattern", fill_pattern},
        {"counting", fill_counting},
        {"parity", fill_parity},
        {"addition", fill_addition},
        {"modular", fill_modular},
        {"bigram", fill_bigram},
        {"majority", fill_majority},
        {"noisy-copy", fill_noisy_copy},
        {"compression", fill_compression},
        {"histogram", fill_histogram},
    };
}

const TaskGenerator& generator_of(const TaskInfo& task) {
    for (const TaskGenerator& each : task_generators())
        if (each.name == task.name) return each;
    throw std::logic_error("the task '" + task.name + "' has no generator");
}

}  // namespace

const std::vector<TaskGenerator>& task_generators() {
    static const std::vector<TaskGenerator> rows = [] {
        std::vector<TaskGenerator> built = build();
        const auto& catalog = task_catalog();
        const bool same = std::equal(built.begin(), built.end(), catalog.begin(), catalog.end(),
                                     [](const auto& a, const auto& b) { return a.name == b.name; });
        if (!same) throw std::logic_error("the tasks' generators and their catalog disagree");
        return built;
    }();
    return rows;
}

void draw_task(const TaskInfo& task, const TaskSize& size, std::uint64_t seed, TaskSplit split,
               std::uint64_t step, std::span<std::int32_t> tokens,
               std::span<std::int32_t> answers) {
    const TaskGenerator& generator = generator_of(task);
    const auto length = static_cast<std::size_t>(size.length);
    const auto asked = static_cast<std::size_t>(task.answers(size));
    const std::size_t count = tokens.size() / length, prompt = length - 1 - asked;
    for (std::size_t i = 0; i < count; ++i) {
        const auto row = tokens.subspan(i * length, length);
        const TaskSequence sequence{row.first(prompt), row.last(asked),
                                    answers.subspan(i * asked, asked)};
        std::fill(sequence.prompt.begin(), sequence.prompt.end(), task_token(size, TaskToken::pad));
        row[prompt] = task_token(size, TaskToken::delimiter);
        std::fill(sequence.asked.begin(), sequence.asked.end(), task_token(size, TaskToken::slot));
        TaskRandom random(task.name, {seed, split == TaskSplit::test ? 1u : 0u, step, i});
        generator.fill(size, random, sequence);
    }
}

TaskBatch draw_task(const TaskInfo& task, const TaskSize& size, std::uint64_t seed, TaskSplit split,
                    std::uint64_t step, std::int64_t count) {
    TaskBatch batch;
    batch.tokens.resize(static_cast<std::size_t>(count * size.length));
    batch.answers.resize(static_cast<std::size_t>(count * task.answers(size)));
    draw_task(task, size, seed, split, step, batch.tokens, batch.answers);
    return batch;
}

}  // namespace slay

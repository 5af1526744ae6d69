// Tasks whose answers are tokens of the prompt, told by their content.
#include <algorithm>

#include "engine/core/task_layout.h"
#include "engine/tasks/generators.h"

namespace slay {
namespace {

// Pairs of a key of the first half of the symbols, each once, and a value of the second half.
std::vector<std::int32_t> fill_pairs(const TaskSize& size, TaskRandom& random,
                                     std::span<std::int32_t> prompt, std::int64_t pairs) {
    std::vector<std::int32_t> keys = random.distinct(pairs, layout::keys(size));
    const auto shown = end_of(prompt, 2 * pairs);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        shown[2 * i] = keys[i];
        shown[2 * i + 1] =
            static_cast<std::int32_t>(layout::keys(size)) + random.symbol(layout::values(size));
    }
    return keys;
}

}  // namespace

void fill_needle(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    fill_uniform(sequence.prompt, random, layout::keys(size));
    const auto needle =
        static_cast<std::int32_t>(layout::keys(size)) + random.symbol(layout::values(size));
    sequence.prompt[static_cast<std::size_t>(
        random.under(static_cast<std::int64_t>(sequence.prompt.size())))] = needle;
    sequence.answers.front() = needle;
}

void fill_key_value_recall(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const std::int64_t pairs = layout::recall_pairs(size);
    const std::vector<std::int32_t> keys = fill_pairs(size, random, sequence.prompt, pairs);
    const auto asked = static_cast<std::size_t>(random.under(pairs));
    sequence.asked.front() = keys[asked];
    sequence.answers.front() = end_of(sequence.prompt, 2 * pairs)[2 * asked + 1];
}

void fill_associative_recall(const TaskSize& size, TaskRandom& random,
                             const TaskSequence& sequence) {
    const std::int64_t pairs = layout::associative_pairs(size);
    const std::vector<std::int32_t> keys = fill_pairs(size, random, sequence.prompt, pairs);
    const std::vector<std::int32_t> order = random.distinct(pairs, pairs);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto pair = static_cast<std::size_t>(order[i]);
        sequence.asked[i] = keys[pair];
        sequence.answers[i] = end_of(sequence.prompt, 2 * pairs)[2 * pair + 1];
    }
}

void fill_multi_hop(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    // One cycle through all symbols that occur: two steps along it lead to another symbol.
    const std::int64_t count = layout::hop_symbols(size);
    const std::vector<std::int32_t> cycle = random.distinct(count, size.vocabulary);
    const auto at = [&](std::int64_t i) { return cycle[static_cast<std::size_t>(i % count)]; };
    const auto shown = end_of(sequence.prompt, 2 * count);
    const std::vector<std::int32_t> order = random.distinct(count, count);
    for (std::size_t i = 0; i < order.size(); ++i) {
        shown[2 * i] = at(order[i]);
        shown[2 * i + 1] = at(order[i] + 1);
    }
    const std::int64_t from = random.under(count);
    sequence.asked.front() = at(from);
    sequence.answers.front() = at(from + 2);
}

void fill_stack(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    auto pops = static_cast<std::int64_t>(sequence.answers.size());
    auto pushes = static_cast<std::int64_t>(sequence.prompt.size()) - pops;
    std::vector<std::int32_t> stack;
    std::size_t answer = 0;
    for (std::int32_t& token : sequence.prompt) {
        // Each order of what is left is as likely, but that an empty stack takes no pop.
        const bool push = stack.empty() || random.under(pushes + pops) < pushes;
        if (push) {
            --pushes;
            stack.push_back(token = random.symbol(size.vocabulary));
        } else {
            --pops;
            token = task_token(size, TaskToken::pop);
            sequence.answers[answer++] = stack.back();
            stack.pop_back();
        }
    }
}

void fill_induction(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const std::int32_t trigger = random.symbol(size.vocabulary);
    fill_uniform(sequence.prompt, random, size.vocabulary - 1);
    for (std::int32_t& token : sequence.prompt)
        if (token >= trigger) ++token;
    const auto at = static_cast<std::size_t>(
        random.under(static_cast<std::int64_t>(sequence.prompt.size()) - 1));
    sequence.prompt[at] = trigger;
    sequence.asked.front() = trigger;
    sequence.answers.front() = sequence.prompt[at + 1];
}

}  // namespace slay

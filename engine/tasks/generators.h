// What fills the sequences, one function a task; see task_catalog() for what each asks.
#pragma once

#include "engine/tasks/task_data.h"

namespace slay {

void fill_copy(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_reverse(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_bigram(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_first_token(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_distant_match(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_selective_copy(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_noisy_copy(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_compression(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_pattern(const TaskSize&, TaskRandom&, const TaskSequence&);

void fill_needle(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_key_value_recall(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_associative_recall(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_multi_hop(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_stack(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_induction(const TaskSize&, TaskRandom&, const TaskSequence&);

void fill_sorting(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_counting(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_parity(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_addition(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_modular(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_majority(const TaskSize&, TaskRandom&, const TaskSequence&);
void fill_histogram(const TaskSize&, TaskRandom&, const TaskSequence&);

// A token of the prompt counted from its end, so that a question that is shorter than the prompt
// stands next to the delimiter.
inline std::span<std::int32_t> end_of(std::span<std::int32_t> prompt, std::int64_t count) {
    return prompt.last(static_cast<std::size_t>(count));
}
// Fills with uniform symbols of 0 .. below - 1.
inline void fill_uniform(std::span<std::int32_t> span, TaskRandom& random, std::int64_t below) {
    for (std::int32_t& token : span) token = random.symbol(below);
}

}  // namespace slay

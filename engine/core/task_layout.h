// How a task's sequence is divided: counts that the catalog, the generators and the cost model
// share. L is the length, V the vocabulary; all are at least 1 for a size that the task takes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/core/task_catalog.h"

namespace slay::layout {

// copy, reverse, sorting, bigram: as many answers as tokens asked for.
inline std::int64_t half(const TaskSize& s) {
    return (s.length - 1) / 2;
}
// One answer: the prompt is all but the delimiter and it.
inline std::int64_t prompt_of_one(const TaskSize& s) {
    return s.length - 2;
}

// Recall: keys are the first half of the symbols, values the others. A haystack likewise.
inline std::int64_t keys(const TaskSize& s) {
    return s.vocabulary / 2;
}
inline std::int64_t values(const TaskSize& s) {
    return s.vocabulary - keys(s);
}
inline std::int64_t recall_pairs(const TaskSize& s) {
    return std::min((s.length - 2) / 2, keys(s));
}
// Every key is asked for once.
inline std::int64_t associative_pairs(const TaskSize& s) {
    return std::min((s.length - 1) / 3, keys(s));
}
inline std::int64_t hop_symbols(const TaskSize& s) {
    return std::min((s.length - 2) / 2, s.vocabulary);
}

inline std::int64_t selected(const TaskSize& s) {
    return std::max<std::int64_t>(1, (s.length - 1) / 6);
}
inline std::int64_t noisy(const TaskSize& s) {
    return (s.length - 1) / 3;
}
inline std::int64_t distance(const TaskSize& s) {
    return s.length / 2;
}
inline std::int64_t distant(const TaskSize& s) {
    return std::max<std::int64_t>(1, s.length / 8);
}
inline std::int64_t pops(const TaskSize& s) {
    return std::max<std::int64_t>(1, (s.length - 1) / 4);
}
inline std::int64_t runs(const TaskSize& s) {
    return std::max<std::int64_t>(1, (s.length - 1) / 5);
}

// pattern: periods of 2 up to this, shown twice at least.
inline std::int64_t continuation(const TaskSize& s) {
    return std::clamp<std::int64_t>((s.length - 1) / 4, 1, 8);
}
inline std::int64_t longest_period(const TaskSize& s) {
    return std::min<std::int64_t>(8, (s.length - 1 - continuation(s)) / 2);
}

// counting, addition: the answers 0 .. this - 1.
inline std::int64_t counts(const TaskSize& s) {
    return std::min(prompt_of_one(s) + 1, s.vocabulary);
}
// modular: the largest prime up to V.
std::int64_t modulus(const TaskSize& s);

// histogram: symbols that occur and are counted, and the tokens that are.
inline std::int64_t bins(const TaskSize& s) {
    return std::min(s.vocabulary, std::max<std::int64_t>(2, (s.length - 1) / 3));
}
inline std::int64_t counted(const TaskSize& s) {
    return s.length - 1 - bins(s);
}

}  // namespace slay::layout

// One row per task: by category, in the order of the paper's documentation.
#include "engine/core/task_catalog.h"

#include "engine/core/task_chance.h"
#include "engine/core/task_layout.h"

namespace slay {
namespace {

double inverse(std::int64_t count) {
    return 1 / static_cast<double>(count);
}

std::int64_t one(const TaskSize&) {
    return 1;
}
double any_symbol(const TaskSize& s) {
    return inverse(s.vocabulary);
}
double any_other(const TaskSize& s) {
    return inverse(s.vocabulary - 1);
}
double any_value(const TaskSize& s) {
    return inverse(layout::values(s));
}

std::vector<TaskInfo> build() {
    using enum TaskCategory;
    return {
        {"copy",
         "Copy",
         basic,
         "Tokens a_1 .. a_n are shown; the answers are a_1 .. a_n.",
         true,
         {65, 32},
         {3, 2},
         layout::half,
         any_symbol},
        {"sorting",
         "Sorting",
         basic,
         "Tokens are shown; the answers are the same tokens in ascending order.",
         true,
         {33, 32},
         {3, 2},
         layout::half,
         [](const TaskSize& s) { return sorted_guess(layout::half(s), s.vocabulary); }},
        {"reverse",
         "Reverse",
         basic,
         "Tokens a_1 .. a_n are shown; the answers are a_n .. a_1.",
         true,
         {65, 32},
         {3, 2},
         layout::half,
         any_symbol},
        {"needle",
         "Needle in a haystack",
         memory,
         "One token of the second half of the symbols lies among tokens of the first half; the "
         "answer is that token.",
         true,
         {64, 64},
         {3, 3},
         one,
         any_value},
        {"key-value-recall",
         "Key-value recall",
         memory,
         "Pairs of a key and a value are shown, then one of the keys; the answer is its value.",
         true,
         {22, 64},
         {6, 4},
         one,
         any_value},
        {"associative-recall",
         "Associative recall",
         memory,
         "Pairs of a key and a value are shown, then all keys in another order; the answers are "
         "their values.",
         false,
         {31, 64},
         {7, 4},
         layout::associative_pairs,
         any_value},
        {"first-token",
         "First token",
         memory,
         "Tokens are shown; the answer is the first of them.",
         true,
         {64, 32},
         {4, 2},
         one,
         any_symbol},
        {"selective-copy",
         "Selective copy",
         memory,
         "Some tokens follow a marker; the answers are those tokens in their order.",
         true,
         {64, 32},
         {4, 2},
         layout::selected,
         any_symbol},
        {"long-copy",
         "Long copy",
         long_range,
         "The copy task at a longer sequence.",
         true,
         {513, 32},
         {3, 2},
         layout::half,
         any_symbol},
        {"distant-match",
         "Distant match",
         long_range,
         "Tokens are shown; each answer is the token half the sequence's length before it.",
         true,
         {128, 32},
         {4, 2},
         layout::distant,
         any_symbol},
        {"multi-hop",
         "Multi-hop",
         long_range,
         "Pairs x f(x) of a cycle f are shown in any order, then an x; the answer is f(f(x)).",
         true,
         {64, 32},
         {8, 3},
         one,
         any_other},
        {"stack",
         "Stack",
         reasoning,
         "A symbol is pushed, a pop takes one away; the answers are what was popped, in order.",
         true,
         {32, 32},
         {4, 2},
         layout::pops,
         any_symbol},
        {"induction",
         "Induction",
         reasoning,
         "A token that occurred once is shown again; the answer is what followed it.",
         true,
         {64, 64},
         {5, 3},
         one,
         any_other},
        {"pattern",
         "Pattern",
         reasoning,
         "A pattern of unknown period repeats; the answers continue it.",
         true,
         {33, 16},
         {6, 2},
         layout::continuation,
         any_symbol},
        {"counting",
         "Counting",
         arithmetic,
         "Tokens are shown; the answer is how often the first symbol occurs.",
         true,
         {34, 32},
         {4, 2},
         one,
         [](const TaskSize& s) { return inverse(layout::counts(s)); }},
        {"parity",
         "Parity",
         arithmetic,
         "Tokens are shown; the answer is the parity of their sum.",
         true,
         {34, 2},
         {3, 2},
         one,
         [](const TaskSize&) { return 0.5; }},
        {"addition",
         "Addition",
         arithmetic,
         "Binary digits are shown; the answer is their sum, modulo the vocabulary.",
         true,
         {18, 32},
         {3, 2},
         one,
         [](const TaskSize& s) { return inverse(layout::counts(s)); }},
        {"modular",
         "Modular arithmetic",
         arithmetic,
         "Tokens are shown; the answer is their sum modulo the largest prime in the vocabulary.",
         true,
         {18, 8},
         {3, 2},
         one,
         [](const TaskSize& s) { return inverse(layout::modulus(s)); }},
        {"bigram",
         "Bigram",
         pattern,
         "Tokens are shown; the answers are what follows each in a fixed table, the same for all "
         "sequences.",
         true,
         {65, 32},
         {3, 2},
         layout::half,
         any_symbol},
        {"majority",
         "Majority",
         pattern,
         "Tokens are shown; the answer is the most frequent one.",
         true,
         {34, 8},
         {5, 2},
         one,
         any_symbol},
        {"noisy-copy",
         "Noisy copy",
         robustness,
         "Tokens are shown, then noise, each token of it behind a mark; the answers are the first "
         "tokens.",
         true,
         {97, 32},
         {5, 2},
         layout::noisy,
         any_symbol},
        {"compression",
         "Compression",
         robustness,
         "Runs of equal tokens are shown; the answers are one token of each run.",
         true,
         {41, 16},
         {11, 2},
         layout::runs,
         any_symbol},
        {"histogram",
         "Histogram",
         aggregation,
         "Tokens are shown, then each symbol; the answers are how often it occurs.",
         true,
         {49, 16},
         {5, 2},
         layout::bins,
         [](const TaskSize& s) {
             return count_guess(layout::counted(s), layout::bins(s), s.vocabulary);
         }},
    };
}

}  // namespace

std::int64_t layout::modulus(const TaskSize& s) {
    for (std::int64_t q = s.vocabulary; q > 3; --q) {
        bool prime = true;
        for (std::int64_t d = 2; d * d <= q && prime; ++d) prime = q % d != 0;
        if (prime) return q;
    }
    return std::max<std::int64_t>(2, std::min<std::int64_t>(3, s.vocabulary));
}

std::string_view title_of(TaskCategory category) {
    switch (category) {
        case TaskCategory::basic:
            return "Basic";
        case TaskCategory::memory:
            return "Memory and retrieval";
        case TaskCategory::long_range:
            return "Long range";
        case TaskCategory::reasoning:
            return "Reasoning and state";
        case TaskCategory::arithmetic:
            return "Arithmetic and counting";
        case TaskCategory::pattern:
            return "Pattern learning";
        case TaskCategory::robustness:
            return "Robustness";
        case TaskCategory::aggregation:
            return "Aggregation";
    }
    return "Other";
}

const std::vector<TaskInfo>& task_catalog() {
    static const std::vector<TaskInfo> rows = build();
    return rows;
}

const TaskInfo* find_task(std::string_view name) {
    for (const TaskInfo& row : task_catalog())
        if (row.name == name) return &row;
    return nullptr;
}

std::string task_size_error(const TaskInfo& task, const TaskSize& size) {
    const auto least = [&](const char* what, std::int64_t minimum, std::int64_t given) {
        return "The task " + task.name + " needs a " + what + " of at least " +
               std::to_string(minimum) + ", not " + std::to_string(given) + '.';
    };
    if (size.length < task.smallest.length)
        return least("length", task.smallest.length, size.length);
    if (size.vocabulary < task.smallest.vocabulary)
        return least("vocabulary", task.smallest.vocabulary, size.vocabulary);
    return {};
}

}  // namespace slay

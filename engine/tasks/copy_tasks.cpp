// Tasks whose answers are tokens of the prompt, told by their place.
#include <algorithm>
#include <numeric>

#include "engine/core/task_layout.h"
#include "engine/tasks/generators.h"

namespace slay {

void fill_copy(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const auto shown = end_of(sequence.prompt, layout::half(size));
    fill_uniform(shown, random, size.vocabulary);
    std::copy(shown.begin(), shown.end(), sequence.answers.begin());
}

void fill_reverse(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    fill_copy(size, random, sequence);
    std::reverse(sequence.answers.begin(), sequence.answers.end());
}

// A fixed permutation: x -> m x + c modulo V with m prime to V, near the golden section of V.
std::int32_t bigram_after(std::int32_t symbol, std::int64_t vocabulary) {
    std::int64_t factor = std::max<std::int64_t>(1, vocabulary * 618 / 1000);
    while (std::gcd(factor, vocabulary) != 1) ++factor;
    return static_cast<std::int32_t>((factor * symbol + vocabulary / 3 + 1) % vocabulary);
}

void fill_bigram(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    fill_copy(size, random, sequence);
    for (std::int32_t& answer : sequence.answers) answer = bigram_after(answer, size.vocabulary);
}

void fill_first_token(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    fill_uniform(sequence.prompt, random, size.vocabulary);
    sequence.answers.front() = sequence.prompt.front();
}

void fill_distant_match(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    fill_uniform(sequence.prompt, random, size.vocabulary);
    const std::size_t first = sequence.prompt.size() + 1;  // of the answer positions
    for (std::size_t i = 0; i < sequence.answers.size(); ++i)
        sequence.answers[i] =
            sequence.prompt[first + i - static_cast<std::size_t>(layout::distance(size))];
}

void fill_selective_copy(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    // The prompt is single tokens and pairs of a mark and a token, in any order.
    const std::size_t pairs = sequence.answers.size();
    std::vector<std::int32_t> kinds(sequence.prompt.size() - pairs, 0);
    std::fill_n(kinds.begin(), pairs, 1);
    random.shuffle(std::span(kinds));
    std::size_t at = 0, answer = 0;
    for (const std::int32_t kind : kinds) {
        if (kind == 1) sequence.prompt[at++] = task_token(size, TaskToken::mark);
        sequence.prompt[at] = random.symbol(size.vocabulary);
        if (kind == 1) sequence.answers[answer++] = sequence.prompt[at];
        ++at;
    }
}

void fill_noisy_copy(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const std::size_t shown = sequence.answers.size();
    fill_uniform(sequence.prompt, random, size.vocabulary);
    for (std::size_t i = shown; i < sequence.prompt.size(); i += 2)
        sequence.prompt[i] = task_token(size, TaskToken::mark);
    std::copy_n(sequence.prompt.begin(), shown, sequence.answers.begin());
}

void fill_compression(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const auto runs = static_cast<std::int64_t>(sequence.answers.size());
    const auto length = static_cast<std::int64_t>(sequence.prompt.size());
    // Where the runs begin: the first at 0, the others anywhere behind it.
    std::vector<std::int32_t> begins = random.distinct(runs - 1, length - 1);
    std::sort(begins.begin(), begins.end());
    begins.push_back(static_cast<std::int32_t>(length) - 1);
    std::size_t at = 0;
    for (std::size_t run = 0; run < sequence.answers.size(); ++run) {
        std::int32_t& symbol = sequence.answers[run];
        symbol = random.symbol(run == 0 ? size.vocabulary : size.vocabulary - 1);
        if (run > 0 && symbol >= sequence.answers[run - 1]) ++symbol;  // another than before
        while (at <= static_cast<std::size_t>(begins[run])) sequence.prompt[at++] = symbol;
    }
}

void fill_pattern(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const std::int64_t period = 2 + random.under(layout::longest_period(size) - 1);
    const auto at = [&](std::size_t i) { return i % static_cast<std::size_t>(period); };
    std::vector<std::int32_t> symbols(static_cast<std::size_t>(period));
    fill_uniform(symbols, random, size.vocabulary);
    const std::size_t shown = sequence.prompt.size();
    for (std::size_t i = 0; i < shown; ++i) sequence.prompt[i] = symbols[at(i)];
    for (std::size_t i = 0; i < sequence.answers.size(); ++i)
        sequence.answers[i] = symbols[at(shown + i)];
}

}  // namespace slay

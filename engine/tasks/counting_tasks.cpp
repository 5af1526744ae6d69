// Tasks whose answers are worked out from the whole prompt. Where there is one answer, all that
// are possible are as likely.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "engine/core/task_layout.h"
#include "engine/tasks/generators.h"

namespace slay {
namespace {

std::int64_t sum_of(std::span<const std::int32_t> tokens) {
    return std::accumulate(tokens.begin(), tokens.end(), std::int64_t{0});
}

// `ones` ones among zeros, anywhere.
void fill_bits(std::span<std::int32_t> tokens, TaskRandom& random, std::int64_t ones) {
    std::fill(tokens.begin(), tokens.end(), 0);
    std::fill_n(tokens.begin(), ones, 1);
    random.shuffle(tokens);
}

// One of residue, residue + step, ... up to n, as likely as so many ones among n bits are.
std::int64_t draw_ones(TaskRandom& random, std::int64_t residue, std::int64_t step,
                       std::int64_t n) {
    const auto weight = [&](std::int64_t ones) {
        const auto a = static_cast<double>(n), b = static_cast<double>(ones);
        return std::exp(std::lgamma(a + 1) - std::lgamma(b + 1) - std::lgamma(a - b + 1) -
                        a * std::log(2.0));
    };
    double total = 0;
    for (std::int64_t ones = residue; ones <= n; ones += step) total += weight(ones);
    double left = total * static_cast<double>(random.next() >> 11) * 0x1p-53;
    std::int64_t ones = residue;
    while (ones + step <= n && (left -= weight(ones)) >= 0) ones += step;
    return ones;
}

}  // namespace

void fill_sorting(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const auto shown = end_of(sequence.prompt, layout::half(size));
    fill_uniform(shown, random, size.vocabulary);
    std::copy(shown.begin(), shown.end(), sequence.answers.begin());
    std::sort(sequence.answers.begin(), sequence.answers.end());
}

void fill_counting(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const std::int64_t count = random.under(layout::counts(size));
    for (std::int32_t& token : sequence.prompt) token = 1 + random.symbol(size.vocabulary - 1);
    std::fill_n(sequence.prompt.begin(), count, 0);
    random.shuffle(sequence.prompt);
    sequence.answers.front() = static_cast<std::int32_t>(count);
}

void fill_parity(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const auto parity = static_cast<std::int32_t>(random.under(2));
    fill_uniform(sequence.prompt, random, size.vocabulary);
    std::int32_t& last = sequence.prompt.back();
    while (sum_of(sequence.prompt) % 2 != parity) last = random.symbol(size.vocabulary);
    sequence.answers.front() = parity;
}

void fill_addition(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const auto digits = static_cast<std::int64_t>(sequence.prompt.size());
    const std::int64_t answer = random.under(layout::counts(size));
    fill_bits(sequence.prompt, random, draw_ones(random, answer, size.vocabulary, digits));
    sequence.answers.front() = static_cast<std::int32_t>(answer);
}

void fill_modular(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const std::int64_t modulus = layout::modulus(size);
    fill_uniform(sequence.prompt, random, modulus);
    sequence.answers.front() = static_cast<std::int32_t>(sum_of(sequence.prompt) % modulus);
}

void fill_majority(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    fill_uniform(sequence.prompt, random, size.vocabulary);
    const std::int32_t winner = random.symbol(size.vocabulary);
    std::map<std::int32_t, std::int64_t> counts;  // of the symbols that occur
    for (const std::int32_t token : sequence.prompt) ++counts[token];
    std::int64_t& mine = counts[winner];
    const auto ahead = [&] {
        return std::all_of(counts.begin(), counts.end(), [&](const auto& each) {
            return each.first == winner || each.second < mine;
        });
    };
    while (!ahead()) {
        std::int32_t& token = sequence.prompt[static_cast<std::size_t>(
            random.under(static_cast<std::int64_t>(sequence.prompt.size())))];
        --counts[token];
        token = winner;
        ++mine;
    }
    sequence.answers.front() = winner;
}

void fill_histogram(const TaskSize& size, TaskRandom& random, const TaskSequence& sequence) {
    const auto bins = static_cast<std::int64_t>(sequence.answers.size());
    fill_uniform(sequence.prompt, random, bins);
    const auto last = static_cast<std::int32_t>(size.vocabulary - 1);
    for (std::size_t bin = 0; bin < sequence.answers.size(); ++bin) {
        sequence.asked[bin] = static_cast<std::int32_t>(bin);
        const auto count = std::count(sequence.prompt.begin(), sequence.prompt.end(),
                                      static_cast<std::int32_t>(bin));
        sequence.answers[bin] = std::min(last, static_cast<std::int32_t>(count));
    }
}

}  // namespace slay

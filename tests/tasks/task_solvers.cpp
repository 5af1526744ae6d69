#include "tests/tasks/task_solvers.h"

#include <algorithm>
#include <map>
#include <set>

namespace slay::testing {
namespace {

using Tokens = std::vector<std::int32_t>;

// The special numbers, written out: delimiter, slot, pad, mark, pop behind the V symbols.
std::int32_t special(const Shown& shown, int which) {
    return static_cast<std::int32_t>(shown.size.vocabulary) + which;
}

std::int32_t behind(const Tokens& question, std::int32_t key) {
    std::int32_t found = -1;
    for (std::size_t i = 0; i + 1 < question.size(); ++i) {
        if (question[i] != key) continue;
        if (found >= 0) return -1;  // not told apart
        found = question[i + 1];
    }
    return found;
}

// Pairs at even places.
std::int32_t value_of(const Tokens& question, std::int32_t key) {
    std::int32_t found = -1;
    for (std::size_t i = 0; i + 1 < question.size(); i += 2) {
        if (question[i] != key) continue;
        if (found >= 0) return -1;
        found = question[i + 1];
    }
    return found;
}

std::int32_t needle(const Shown& shown, const Tokens& question) {
    std::int32_t found = -1;
    for (const std::int32_t token : question) {
        if (token < shown.size.vocabulary / 2) continue;
        if (found >= 0) return -1;
        found = token;
    }
    return found;
}

std::int32_t popped(const Shown& shown, const Tokens& question, std::size_t index) {
    Tokens stack, out;
    for (const std::int32_t token : question) {
        if (token != special(shown, 4)) {
            stack.push_back(token);
        } else if (stack.empty()) {
            return -1;
        } else {
            out.push_back(stack.back());
            stack.pop_back();
        }
    }
    return index < out.size() ? out[index] : -1;
}

Tokens marked(const Shown& shown, const Tokens& question) {
    Tokens out;
    for (std::size_t i = 0; i + 1 < question.size(); ++i)
        if (question[i] == special(shown, 3)) out.push_back(question[i + 1]);
    return out;
}

Tokens unmarked(const Shown& shown, const Tokens& question) {
    Tokens out;
    for (std::size_t i = 0; i < question.size(); ++i) {
        if (question[i] == special(shown, 3))
            ++i;  // the mark and what it marks
        else
            out.push_back(question[i]);
    }
    return out;
}

Tokens without_repeats(Tokens question) {
    question.erase(std::unique(question.begin(), question.end()), question.end());
    return question;
}

// All periods that fit have to say the same.
std::int32_t continued(const Tokens& question, std::size_t index) {
    std::set<std::int32_t> said;
    for (std::size_t period = 1; 2 * period <= question.size(); ++period) {
        bool fits = true;
        for (std::size_t i = period; i < question.size() && fits; ++i)
            fits = question[i] == question[i - period];
        if (fits) said.insert(question[(question.size() + index) % period]);
    }
    return said.size() == 1 ? *said.begin() : -1;
}

std::int32_t most_frequent(const Tokens& question) {
    std::map<std::int32_t, int> counts;
    for (const std::int32_t token : question) ++counts[token];
    int most = 0;
    std::int32_t found = -1;
    for (const auto& [token, count] : counts) {
        if (count == most) found = -1;
        if (count > most) found = token;
        most = std::max(most, count);
    }
    return found;
}

std::int32_t largest_prime(std::int32_t up_to) {
    const auto prime = [](std::int32_t n) {
        for (std::int32_t d = 2; d < n; ++d)
            if (n % d == 0) return false;
        return n > 1;
    };
    while (up_to > 2 && !prime(up_to)) --up_to;
    return up_to;
}

std::int32_t at_or_none(const Tokens& tokens, std::size_t i) {
    return i < tokens.size() ? tokens[i] : -1;
}

}  // namespace

std::vector<std::int32_t> question_of(const Shown& shown, std::size_t at) {
    Tokens out;
    for (std::size_t i = 0; i <= at; ++i) {
        if (shown.tokens[i] == special(shown, 0)) return out;
        if (shown.tokens[i] != special(shown, 2)) out.push_back(shown.tokens[i]);
    }
    return {};  // no delimiter before the answer
}

std::int32_t solve_bigram(const BigramTable& table, const Shown& shown, std::size_t at,
                          std::size_t index) {
    const std::int32_t from = at_or_none(question_of(shown, at), index);
    return from < 0 ? -1 : at_or_none(table, static_cast<std::size_t>(from));
}

std::int32_t solve(const std::string& task, const Shown& shown, std::size_t at, std::size_t index) {
    const Tokens q = question_of(shown, at);
    const std::int32_t here = shown.tokens[at];
    const auto vocabulary = static_cast<std::int32_t>(shown.size.vocabulary);
    std::int64_t sum = 0;
    for (const std::int32_t token : q) sum += token;
    if (q.empty()) return -1;
    if (task == "copy" || task == "long-copy") return at_or_none(q, index);
    if (task == "reverse") return index < q.size() ? q[q.size() - 1 - index] : -1;
    if (task == "sorting") {
        Tokens sorted = q;
        std::sort(sorted.begin(), sorted.end());
        return at_or_none(sorted, index);
    }
    if (task == "needle") return needle(shown, q);
    if (task == "key-value-recall" || task == "associative-recall") return value_of(q, here);
    if (task == "first-token") return q.front();
    if (task == "selective-copy") return at_or_none(marked(shown, q), index);
    if (task == "distant-match") return shown.tokens[at - shown.tokens.size() / 2];
    if (task == "multi-hop") return value_of(q, value_of(q, here));
    if (task == "stack") return popped(shown, q, index);
    if (task == "induction") return behind(q, here);
    if (task == "pattern") return continued(q, index);
    if (task == "counting") return static_cast<std::int32_t>(std::count(q.begin(), q.end(), 0));
    if (task == "parity") return static_cast<std::int32_t>(sum % 2);
    if (task == "addition") return static_cast<std::int32_t>(sum % vocabulary);
    if (task == "modular") return static_cast<std::int32_t>(sum % largest_prime(vocabulary));
    if (task == "majority") return most_frequent(q);
    if (task == "noisy-copy") return at_or_none(unmarked(shown, q), index);
    if (task == "compression") return at_or_none(without_repeats(q), index);
    if (task == "histogram")
        return std::min(vocabulary - 1,
                        static_cast<std::int32_t>(std::count(q.begin(), q.end(), here)));
    return -1;
}

}  // namespace slay::testing

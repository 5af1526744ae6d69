#include "engine/text/generated_language.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/core/counter_random.h"

namespace slay {
namespace {

// Shares of what follows inside an open clause. The verb takes the relative clause's where no
// deeper clause is allowed.
constexpr double filler_share = 0.6;
constexpr double relative_share = 0.1;
constexpr double verb_share = 1 - filler_share - relative_share;

constexpr std::uint64_t words_of_window = std::uint64_t{1} << 32;  // of the counter, for each

std::vector<double> zipf(std::int64_t count) {
    std::vector<double> shares;
    double total = 0;
    for (std::int64_t rank = 1; rank <= count; ++rank) {
        shares.push_back(1 / static_cast<double>(rank));
        total += shares.back();
    }
    for (double& share : shares) share /= total;
    return shares;
}

double entropy(const std::vector<double>& shares) {
    double sum = 0;
    for (const double p : shares)
        if (p > 0) sum -= p * std::log(p);
    return sum;
}

double term(double p) {
    return p > 0 ? -p * std::log(p) : 0;
}

std::int64_t pick(const std::vector<double>& shares, double uniform) {
    for (std::size_t i = 0; i + 1 < shares.size(); ++i) {
        if (uniform < shares[i]) return static_cast<std::int64_t>(i);
        uniform -= shares[i];
    }
    return static_cast<std::int64_t>(shares.size()) - 1;
}

double relative_at(int depth) {
    return depth < GeneratedLanguage::max_depth ? relative_share : 0;
}

}  // namespace

GeneratedLanguage::GeneratedLanguage(std::int64_t vocabulary, std::uint64_t grammar)
    : vocabulary_(vocabulary) {
    if (vocabulary < 32) throw std::invalid_argument("the generated language has 32 words or more");
    const std::int64_t words = vocabulary - first_noun;
    nouns_per_class_ = words * 2 / 5 / classes;
    verbs_per_class_ = words * 3 / 10 / classes;
    fillers_ = words - classes * (nouns_per_class_ + verbs_per_class_);
    successors_ = std::min<std::int64_t>(fillers_, 8);
    noun_shares_ = zipf(nouns_per_class_);
    verb_shares_ = zipf(verbs_per_class_);
    filler_shares_ = zipf(successors_);

    const CounterRandom random(grammar, "generated-language");
    std::uint64_t next = 0;
    for (std::int64_t row = 0; row <= fillers_; ++row) {
        const auto begin = static_cast<std::ptrdiff_t>(chain_.size());
        while (static_cast<std::int64_t>(chain_.size()) - begin < successors_) {
            auto filler = static_cast<std::int64_t>(
                random.below(next++, static_cast<std::uint64_t>(fillers_)));
            // None twice in a row of the chain: its share would be the sum of two.
            while (std::find(chain_.begin() + begin, chain_.end(), filler) != chain_.end())
                filler = (filler + 1) % fillers_;
            chain_.push_back(filler);
        }
    }
}

std::string GeneratedLanguage::describe() const {
    return "generated language of " + std::to_string(vocabulary_) + " words";
}

std::int64_t GeneratedLanguage::draw(const State& state, double decision, double choice) const {
    switch (state.phase) {
        case Phase::end:
            return stop_word;
        case Phase::start:
        case Phase::relative: {
            const auto noun_class = std::min<std::int64_t>(
                classes - 1, static_cast<std::int64_t>(decision * static_cast<double>(classes)));
            return first_noun + noun_class * nouns_per_class_ + pick(noun_shares_, choice);
        }
        case Phase::open:
            break;
    }
    if (decision < filler_share) {
        const auto rank = static_cast<std::size_t>(pick(filler_shares_, choice));
        return first_filler() + chain_[static_cast<std::size_t>(state.filler * successors_) + rank];
    }
    if (decision < filler_share + relative_at(state.depth)) return which_word;
    const std::int64_t noun_class = state.open[static_cast<std::size_t>(state.depth - 1)];
    return first_verb() + noun_class * verbs_per_class_ + pick(verb_shares_, choice);
}

double GeneratedLanguage::probability(const State& state, std::int64_t word) const {
    const bool noun = word >= first_noun && word < first_verb();
    const bool verb = word >= first_verb() && word < first_filler();
    if (state.phase == Phase::end) return word == stop_word ? 1 : 0;
    if (state.phase != Phase::open)
        return noun ? noun_shares_[static_cast<std::size_t>((word - first_noun) %
                                                            nouns_per_class_)] /
                          static_cast<double>(classes)
                    : 0;
    const double relative = relative_at(state.depth);
    if (word == which_word) return relative;
    if (verb) {
        const std::int64_t place = word - first_verb();
        if (place / verbs_per_class_ != state.open[static_cast<std::size_t>(state.depth - 1)])
            return 0;
        return (1 - filler_share - relative) *
               verb_shares_[static_cast<std::size_t>(place % verbs_per_class_)];
    }
    if (word < first_filler() || word >= vocabulary_) return 0;
    for (std::int64_t rank = 0; rank < successors_; ++rank)
        if (chain_[static_cast<std::size_t>(state.filler * successors_ + rank)] ==
            word - first_filler())
            return filler_share * filler_shares_[static_cast<std::size_t>(rank)];
    return 0;
}

GeneratedLanguage::State GeneratedLanguage::after(const State& state, std::int64_t word) const {
    State next = state;
    next.filler = 0;
    if (word == stop_word) return {};
    if (word == which_word) {
        next.phase = Phase::relative;
    } else if (word < first_verb()) {
        next.phase = Phase::open;
        next.open[static_cast<std::size_t>(next.depth++)] = (word - first_noun) / nouns_per_class_;
    } else if (word < first_filler()) {
        --next.depth;
        next.phase = next.depth > 0 ? Phase::open : Phase::end;
    } else {
        next.filler = 1 + word - first_filler();
    }
    return next;
}

void GeneratedLanguage::fill(std::uint64_t seed, std::string_view stream, std::uint64_t index,
                             std::span<std::int64_t> out) const {
    const CounterRandom random(seed, stream);
    std::uint64_t counter = index * words_of_window;
    State state;
    for (std::int64_t& word : out) {
        word = draw(state, random.uniform(counter), random.uniform(counter + 1));
        counter += 2;
        state = after(state, word);
    }
}

void GeneratedLanguage::training_window(std::uint64_t seed, std::uint64_t index,
                                        std::span<std::int64_t> out) const {
    fill(seed, "language/training", index, out);
}

void GeneratedLanguage::validation_window(std::uint64_t index, std::uint64_t,
                                          std::span<std::int64_t> out) const {
    fill(0, "language/validation", index, out);
}

std::optional<double> GeneratedLanguage::surprisal(std::span<const std::int64_t> window) const {
    if (window.size() < 2) return std::nullopt;
    State state;
    double sum = 0;
    for (std::size_t i = 0; i < window.size(); ++i) {
        const double p = probability(state, window[i]);
        if (!(p > 0)) return std::nullopt;  // not of this language
        if (i > 0) sum -= std::log(p);
        state = after(state, window[i]);
    }
    return sum / static_cast<double>(window.size() - 1);
}

GeneratedLanguage::Occupation GeneratedLanguage::advance(const Occupation& before) const {
    Occupation next;
    next.open.assign(max_depth, std::vector<double>(static_cast<std::size_t>(fillers_) + 1, 0.0));
    next.start = before.end;
    next.open[0][0] += before.start;
    next.open[1][0] += before.relative;  // a clause is opened at depth one only
    for (int depth = 1; depth <= max_depth; ++depth) {
        const auto& row = before.open[static_cast<std::size_t>(depth - 1)];
        double total = 0;
        for (std::size_t f = 0; f < row.size(); ++f) {
            if (row[f] == 0) continue;
            total += row[f];
            for (std::int64_t rank = 0; rank < successors_; ++rank) {
                const auto to =
                    static_cast<std::size_t>(1 + chain_[f * static_cast<std::size_t>(successors_) +
                                                        static_cast<std::size_t>(rank)]);
                next.open[static_cast<std::size_t>(depth - 1)][to] +=
                    row[f] * filler_share * filler_shares_[static_cast<std::size_t>(rank)];
            }
        }
        const double relative = relative_at(depth);
        next.relative += total * relative;
        const double verb = total * (1 - filler_share - relative);
        if (depth == 1)
            next.end += verb;
        else
            next.open[static_cast<std::size_t>(depth - 2)][0] += verb;
    }
    return next;
}

double GeneratedLanguage::entropy_of(const Occupation& at) const {
    const double noun = std::log(static_cast<double>(classes)) + entropy(noun_shares_);
    double sum = (at.start + at.relative) * noun;
    for (int depth = 1; depth <= max_depth; ++depth) {
        double total = 0;
        for (const double share : at.open[static_cast<std::size_t>(depth - 1)]) total += share;
        const double relative = relative_at(depth), verb = 1 - filler_share - relative;
        // Every filler has the same shares among its successors, so which it is does not matter.
        sum += total * (term(filler_share) + term(relative) + term(verb) +
                        filler_share * entropy(filler_shares_) + verb * entropy(verb_shares_));
    }
    return sum;
}

GeneratedLanguage::Occupation GeneratedLanguage::stationary() const {
    Occupation at;
    at.start = 1;
    at.open.assign(max_depth, std::vector<double>(static_cast<std::size_t>(fillers_) + 1, 0.0));
    for (int round = 0; round < 100000; ++round) {
        Occupation next = advance(at);
        double change = std::abs(next.start - at.start) + std::abs(next.end - at.end) +
                        std::abs(next.relative - at.relative);
        for (std::size_t depth = 0; depth < at.open.size(); ++depth)
            for (std::size_t f = 0; f < at.open[depth].size(); ++f)
                change += std::abs(next.open[depth][f] - at.open[depth][f]);
        at = std::move(next);
        if (change < 1e-13) break;
    }
    return at;
}

double GeneratedLanguage::entropy_rate() const {
    return entropy_of(stationary());
}

double GeneratedLanguage::window_entropy(std::int64_t length) const {
    Occupation at;
    at.start = 1;
    at.open.assign(max_depth, std::vector<double>(static_cast<std::size_t>(fillers_) + 1, 0.0));
    double sum = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        at = advance(at);
        sum += entropy_of(at);
    }
    return sum / static_cast<double>(length);
}

double GeneratedLanguage::unigram_entropy() const {
    const Occupation at = stationary();
    const double nouns = at.start + at.relative;
    double open = 0, deep = 0, verbs = 0, sum = term(at.end) + term(at.relative);
    for (const double share : at.open[0]) open += share;
    for (const double share : at.open[1]) deep += share;
    verbs = open * verb_share + deep * (1 - filler_share);
    const auto count = static_cast<double>(classes);
    for (const double share : noun_shares_) sum += count * term(nouns * share / count);
    for (const double share : verb_shares_) sum += count * term(verbs * share / count);
    // In the long run a filler is drawn as often as it stands as the last one.
    for (std::size_t f = 1; f < at.open[0].size(); ++f) sum += term(at.open[0][f] + at.open[1][f]);
    return sum;
}

}  // namespace slay

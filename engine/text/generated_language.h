// A generated language with long-range agreement, whose entropy is known.
//
// A sentence is  NOUN filler* [which NOUN filler* VERB] filler* ... VERB .   with relative clauses
// up to two deep. Nouns and verbs come in classes, and a verb is of the class of the noun it ends:
// with any number of fillers and a whole clause between the two. Each noun of a class is drawn by
// Zipf's law, each verb too; fillers follow a sparse Markov chain drawn from the grammar's seed.
// What comes next depends on the open nouns, the last filler and nothing else, all of which can be
// read from the sentence, so the best possible loss is a known number.
#pragma once

#include <array>
#include <vector>

#include "engine/text/token_source.h"

namespace slay {

class GeneratedLanguage final : public TokenSource {
  public:
    // `vocabulary`: at least 32. `grammar` draws the chain of fillers, not the sentences.
    explicit GeneratedLanguage(std::int64_t vocabulary, std::uint64_t grammar = 0);

    std::int64_t vocabulary() const override { return vocabulary_; }
    std::int64_t mask_token() const override { return mask_word; }
    std::string describe() const override;
    void training_window(std::uint64_t seed, std::uint64_t index,
                         std::span<std::int64_t> out) const override;
    void validation_window(std::uint64_t index, std::uint64_t count,
                           std::span<std::int64_t> out) const override;
    std::optional<double> surprisal(std::span<const std::int64_t> window) const override;

    // In nats a token: the rate of an endless text, the mean over tokens 1 .. length of a window
    // (which begins a sentence) given those before, and that of tokens drawn without context.
    double entropy_rate() const;
    double window_entropy(std::int64_t length) const;
    double unigram_entropy() const;

    // The words by their parts: full stop, relative pronoun, mask, then nouns, verbs, fillers.
    static constexpr std::int64_t stop_word = 0, which_word = 1, mask_word = 2, first_noun = 3;
    static constexpr std::int64_t classes = 4;
    static constexpr int max_depth = 2;
    std::int64_t nouns() const { return classes * nouns_per_class_; }
    std::int64_t verbs() const { return classes * verbs_per_class_; }
    std::int64_t fillers() const { return fillers_; }
    std::int64_t first_verb() const { return first_noun + nouns(); }
    std::int64_t first_filler() const { return first_verb() + verbs(); }

  private:
    enum class Phase { start, open, relative, end };
    struct State {
        Phase phase = Phase::start;
        int depth = 0;
        std::array<std::int64_t, max_depth> open{};  // classes of the open nouns
        std::int64_t filler = 0;                     // 1 + the last filler; 0 after a noun or verb
    };
    // Shares of one phase and depth (classes are alike), with the last filler: see solve.
    struct Occupation {
        double start = 0, relative = 0, end = 0;
        std::vector<std::vector<double>> open;  // [depth - 1][filler]
    };

    std::int64_t draw(const State& state, double decision, double choice) const;
    double probability(const State& state, std::int64_t word) const;  // 0: cannot follow
    State after(const State& state, std::int64_t word) const;
    void fill(std::uint64_t seed, std::string_view stream, std::uint64_t index,
              std::span<std::int64_t> out) const;
    Occupation advance(const Occupation& before) const;
    Occupation stationary() const;
    double entropy_of(const Occupation& occupation) const;  // of the next word

    std::int64_t vocabulary_, nouns_per_class_, verbs_per_class_, fillers_, successors_;
    std::vector<double> noun_shares_, verb_shares_, filler_shares_;  // by rank, each sums to 1
    std::vector<std::int64_t> chain_;  // [1 + fillers][successors]: the fillers by rank
};

}  // namespace slay

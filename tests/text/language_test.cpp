// The generated language: its sentences follow the grammar, and its entropies are what a count of
// its words finds.
#include <QtTest>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/text/generated_language.h"

using namespace slay;

namespace {

using Language = GeneratedLanguage;

std::vector<std::int64_t> window(const Language& language, std::uint64_t seed, std::uint64_t index,
                                 std::size_t length) {
    std::vector<std::int64_t> words(length);
    language.training_window(seed, index, words);
    return words;
}

// The grammar once more, as a stack of noun classes read from the words: no code in common.
class Reader {
  public:
    explicit Reader(const Language& language) : language_(language) {}

    // What the next word depends on, as text.
    std::string context() const {
        std::string text = relative_ ? "R" : expects_stop_ ? "E" : "";
        for (const std::int64_t each : open_) text += std::to_string(each) + '/';
        return text + ' ' + std::to_string(last_filler_);
    }

    // False where the word cannot stand here.
    bool take(std::int64_t word) {
        const bool filler = word >= language_.first_filler();
        const bool verb = !filler && word >= language_.first_verb();
        const bool noun = !filler && !verb && word >= Language::first_noun;
        const bool noun_wanted = relative_ || (open_.empty() && !expects_stop_);
        if (word == Language::mask_word) return false;
        if (expects_stop_ != (word == Language::stop_word)) return false;
        if (noun_wanted != noun) return false;
        last_filler_ = filler ? word : 0;
        if (word == Language::stop_word) {
            expects_stop_ = false;
        } else if (noun) {
            relative_ = false;
            open_.push_back((word - Language::first_noun) / (language_.nouns() / 4));
        } else if (word == Language::which_word) {
            relative_ = true;
            deepest_ = std::max(deepest_, open_.size() + 1);
        } else if (verb) {
            const std::int64_t of = (word - language_.first_verb()) / (language_.verbs() / 4);
            if (open_.back() != of) return false;
            open_.pop_back();
            expects_stop_ = open_.empty();
        }
        return true;
    }
    std::size_t deepest() const { return deepest_; }

  private:
    const Language& language_;
    std::vector<std::int64_t> open_;
    bool relative_ = false, expects_stop_ = false;
    std::int64_t last_filler_ = 0;
    std::size_t deepest_ = 0;
};

double entropy_of(const std::map<std::int64_t, double>& counts) {
    double total = 0, sum = 0;
    for (const auto& [word, count] : counts) total += count;
    for (const auto& [word, count] : counts) sum -= count / total * std::log(count / total);
    return sum;
}

void verify_close(double found, double expected, double tolerance, const char* what) {
    QVERIFY2(std::abs(found - expected) < tolerance,
             qPrintable(QString("%1: %2, expected %3").arg(what).arg(found).arg(expected)));
}

}  // namespace

class LanguageTest : public QObject {
    Q_OBJECT

  private slots:
    void sentences_follow_the_grammar() {
        for (const std::int64_t vocabulary : {32, 64, 1000}) {
            const Language language(vocabulary);
            QCOMPARE(language.first_filler() + language.fillers(), vocabulary);
            Reader reader(language);
            std::set<std::int64_t> seen;
            for (const std::int64_t word : window(language, 3, 0, 20000)) {
                QVERIFY2(reader.take(word), qPrintable(QString::number(word)));
                seen.insert(word);
            }
            QCOMPARE(reader.deepest(), std::size_t(2));  // a clause in a sentence, never deeper
            QVERIFY(!seen.contains(Language::mask_word));
            if (vocabulary == 32) QVERIFY(seen.size() >= 30);
        }
    }

    void entropies_are_those_of_a_count() {
        const Language language(40);
        const std::size_t length = 400000;
        std::map<std::string, std::map<std::int64_t, double>> after;
        std::map<std::int64_t, double> words;
        Reader reader(language);
        for (const std::int64_t word : window(language, 11, 5, length)) {
            ++after[reader.context()][word];
            ++words[word];
            QVERIFY(reader.take(word));
        }
        double rate = 0;
        for (const auto& [context, counts] : after) {
            double total = 0;
            for (const auto& [word, count] : counts) total += count;
            rate += entropy_of(counts) * total / static_cast<double>(length);
        }
        // A count over few hundred contexts is low by (free shares) / (2 n), here below 0.005.
        verify_close(rate, language.entropy_rate(), 0.01, "entropy rate");
        verify_close(entropy_of(words), language.unigram_entropy(), 0.01, "unigram entropy");
        QVERIFY(language.entropy_rate() < language.unigram_entropy() - 0.5);
        // Worked out by hand from the shares and Zipf's law: 6.5 words a sentence.
        verify_close(Language(64).entropy_rate(), 2.1088637991693133, 1e-9, "64 words");
        verify_close(language.window_entropy(100000), language.entropy_rate(), 1e-3, "long window");
    }

    void surprisal_has_the_entropy_as_its_mean() {
        const Language language(64);
        const std::int64_t length = 48;
        double sum = 0;
        const int count = 4000;
        for (int i = 0; i < count; ++i) {
            const auto words = window(language, 7, static_cast<std::uint64_t>(i), length + 1);
            const auto loss = language.surprisal(words);
            QVERIFY(loss.has_value());
            sum += *loss;
        }
        // The spread of a window's mean is about 0.17 nats.
        verify_close(sum / count, language.window_entropy(length), 0.015, "window entropy");
        auto words = window(language, 7, 0, length);
        words[5] = Language::mask_word;
        QVERIFY(!language.surprisal(words));
    }

    void windows_depend_on_seed_and_index_alone() {
        const Language a(64), b(64), other(64, 9);
        QCOMPARE(window(a, 1, 2, 100), window(b, 1, 2, 100));
        QVERIFY(window(a, 1, 2, 100) != window(a, 1, 3, 100));
        QVERIFY(window(a, 1, 2, 100) != window(a, 2, 2, 100));
        QVERIFY(window(a, 1, 2, 100) != window(other, 1, 2, 100));
        // A longer window begins as the shorter one does.
        auto longer = window(a, 1, 2, 150);
        longer.resize(100);
        QCOMPARE(longer, window(a, 1, 2, 100));
        std::vector<std::int64_t> valid(100), again(100);
        a.validation_window(0, 10, valid);
        b.validation_window(0, 20, again);
        QCOMPARE(valid, again);
        QVERIFY(valid != window(a, 0, 0, 100));
    }
};

QTEST_APPLESS_MAIN(LanguageTest)
#include "language_test.moc"

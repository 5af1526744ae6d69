#include "engine/text/text_corpus.h"

#include <stdexcept>

#include "engine/core/counter_random.h"
#include "engine/core/units.h"

namespace slay {

TextCorpus::TextCorpus(std::string name, std::unique_ptr<TokenFile> train,
                       std::unique_ptr<TokenFile> valid)
    : name_(std::move(name)), train_(std::move(train)), valid_(std::move(valid)) {}

std::string TextCorpus::describe() const {
    return clean_text(name_, 100) + ", " + format_count(static_cast<double>(training_tokens())) +
           " tokens of " + format_count(static_cast<double>(vocabulary())) + " units";
}

void TextCorpus::copy(const TokenFile& file, std::size_t begin, std::span<std::int64_t> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::int64_t id = file.tokens()[begin + i];
        if (id >= file.vocabulary())
            throw std::runtime_error("the cached tokens of the corpus " + clean_text(name_, 100) +
                                     " are damaged: remove the folder slay-workbench/text in the "
                                     "cache");
        out[i] = id;
    }
}

namespace {

// Places at which a window can begin.
std::size_t places(const TokenFile& file, std::size_t length, const char* which) {
    if (file.tokens().size() < length)
        throw std::runtime_error(std::string("the ") + which + " text has " +
                                 format_count(static_cast<double>(file.tokens().size())) +
                                 " tokens, and a window takes " +
                                 format_count(static_cast<double>(length)) +
                                 ": take a shorter length or more text");
    return file.tokens().size() - length + 1;
}

}  // namespace

void TextCorpus::training_window(std::uint64_t seed, std::uint64_t index,
                                 std::span<std::int64_t> out) const {
    const std::size_t count = places(*train_, out.size(), "training");
    const CounterRandom random(seed, "text/training");
    copy(*train_, static_cast<std::size_t>(random.below(index, count)), out);
}

void TextCorpus::validation_window(std::uint64_t index, std::uint64_t count,
                                   std::span<std::int64_t> out) const {
    // Evenly over the text.
    const std::size_t last = places(*valid_, out.size(), "validation") - 1;
    const std::size_t begin = count > 1
                                  ? static_cast<std::size_t>(static_cast<double>(last) *
                                                             static_cast<double>(index % count) /
                                                             static_cast<double>(count - 1))
                                  : 0;
    copy(*valid_, begin, out);
}

}  // namespace slay

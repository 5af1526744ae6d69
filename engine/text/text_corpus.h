// A folder of text as a source of tokens, through a cache: the text is read from disk once, when
// its content is first met, and its tokens are mapped from then on.
//
//   $XDG_CACHE_HOME/slay-workbench/text/HASH-vSIZE/   vocabulary.model, train.tokens, valid.tokens
//   $XDG_CACHE_HOME/slay-workbench/text/known/HASH    the content that files of this path, size and
//                                                     time were found to hold
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/core/result.h"
#include "engine/text/token_file.h"
#include "engine/text/token_source.h"

namespace slay {

class TextCorpus final : public TokenSource {
  public:
    TextCorpus(std::string name, std::unique_ptr<TokenFile> train,
               std::unique_ptr<TokenFile> valid);

    std::int64_t vocabulary() const override { return train_->vocabulary(); }
    std::int64_t mask_token() const override { return train_->mask_token(); }
    std::string describe() const override;
    void training_window(std::uint64_t seed, std::uint64_t index,
                         std::span<std::int64_t> out) const override;
    void validation_window(std::uint64_t index, std::uint64_t count,
                           std::span<std::int64_t> out) const override;

    std::size_t training_tokens() const { return train_->tokens().size(); }
    std::size_t validation_tokens() const { return valid_->tokens().size(); }

  private:
    void copy(const TokenFile& file, std::size_t begin, std::span<std::int64_t> out) const;
    std::string name_;
    std::unique_ptr<TokenFile> train_, valid_;
};

using TextProgress = std::function<void(const std::string&)>;  // one sentence for people

// `vocabulary`: units to learn, 32 .. 65536. Cancelled through `stop`, between paragraphs.
Result<std::unique_ptr<TextCorpus>> open_text_corpus(const std::string& name,
                                                     std::int64_t vocabulary,
                                                     const TextProgress& progress,
                                                     const std::stop_token& stop);

// "generated", or the name or path of a folder of text.
Result<std::unique_ptr<TokenSource>> open_token_source(const std::string& corpus,
                                                       std::int64_t vocabulary,
                                                       const TextProgress& progress,
                                                       const std::stop_token& stop);

// $XDG_CACHE_HOME/slay-workbench/text, or ~/.cache/...
Result<std::string> text_cache_folder();

}  // namespace slay

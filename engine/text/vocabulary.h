// Sub-word units learnt from text. SentencePiece does the work, in a library of its own that is
// loaded when text is first met: a machine without SentencePiece runs everything else, and reads
// text that was prepared (and cached) elsewhere.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace slay {

class Vocabulary {
  public:
    virtual ~Vocabulary() = default;
    virtual std::int64_t size() const = 0;
    virtual std::int64_t mask_token() const = 0;  // no text gives it
    virtual std::int64_t end_token() const = 0;   // stands after each paragraph
    // Appends the ids of one paragraph. Thread-safe.
    virtual void encode(std::string_view line, std::vector<std::uint16_t>& ids) const = 0;
    virtual std::string decode(std::span<const std::uint16_t> ids) const = 0;
    virtual const std::string& model() const = 0;  // serialised, for load
};

class VocabularyLibrary {
  public:
    virtual ~VocabularyLibrary() = default;
    // Byte-pair units from these lines; the same lines give the same model. `size`: 32 .. 65536.
    virtual Result<std::unique_ptr<Vocabulary>> train(std::span<const std::string_view> lines,
                                                      std::int64_t size) const = 0;
    virtual Result<std::unique_ptr<Vocabulary>> load(std::string_view model) const = 0;
};

// Loaded once; an error says what is missing.
Result<const VocabularyLibrary*> vocabulary_library();

inline constexpr int vocabulary_abi = 1;
using FindVocabularyLibrary = const VocabularyLibrary* (*)(int abi);  // null: another version

}  // namespace slay

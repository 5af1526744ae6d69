// libslay_vocabulary.so: the one file that includes SentencePiece.
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <unordered_map>

#include "engine/core/units.h"
#include "engine/text/vocabulary.h"

namespace slay {
namespace {

// Fixed places of the pieces that no text gives, and WikiText's own mark of a rare word.
constexpr int unknown_id = 0, end_id = 1, mask_id = 2;

class Lines final : public sentencepiece::SentenceIterator {
  public:
    explicit Lines(std::span<const std::string_view> lines) : lines_(lines) { take(); }
    bool done() const override { return at_ >= lines_.size(); }
    void Next() override {
        ++at_;
        take();
    }
    const std::string& value() const override { return value_; }
    sentencepiece::util::Status status() const override { return {}; }

  private:
    void take() {
        if (at_ < lines_.size()) value_ = lines_[at_];
    }
    std::span<const std::string_view> lines_;
    std::size_t at_ = 0;
    std::string value_;
};

class SentencePieceVocabulary final : public Vocabulary {
  public:
    Status open(std::string_view model) {
        model_ = model;
        const auto status = processor_.LoadFromSerializedProto(model_);
        if (!status.ok())
            return Error{ErrorKind::bad_data,
                         "the vocabulary is damaged: " + clean_text(status.ToString(), 300)};
        if (size() < 4 || size() > 65536 || processor_.IsControl(mask_id) == false)
            return Error{ErrorKind::bad_data, "the vocabulary is not one of this program's"};
        return done();
    }
    std::int64_t size() const override { return processor_.GetPieceSize(); }
    std::int64_t mask_token() const override { return mask_id; }
    std::int64_t end_token() const override { return end_id; }
    void encode(std::string_view line, std::vector<std::uint16_t>& ids) const override {
        std::vector<int> pieces;
        if (!processor_.Encode({line.data(), line.size()}, &pieces).ok()) return;
        for (const int id : pieces) ids.push_back(static_cast<std::uint16_t>(id));
    }
    std::string decode(std::span<const std::uint16_t> ids) const override {
        std::string text;
        static_cast<void>(processor_.Decode(std::vector<int>(ids.begin(), ids.end()), &text));
        return text;
    }
    const std::string& model() const override { return model_; }

  private:
    sentencepiece::SentencePieceProcessor processor_;
    std::string model_;
};

class Library final : public VocabularyLibrary {
  public:
    Result<std::unique_ptr<Vocabulary>> train(std::span<const std::string_view> lines,
                                              std::int64_t size) const override {
        const bool bytes = size >= 1024;  // room for the 256 that spell what is rare
        const std::unordered_map<std::string, std::string> options{
            {"model_type", "bpe"},
            {"vocab_size", std::to_string(size)},
            {"byte_fallback", bytes ? "true" : "false"},
            {"character_coverage", "0.9995"},
            {"unk_id", std::to_string(unknown_id)},
            {"eos_id", std::to_string(end_id)},
            {"bos_id", "-1"},
            {"pad_id", "-1"},
            {"unk_piece", "<unknown>"},
            {"control_symbols", "<mask>"},
            {"user_defined_symbols", "<unk>"},
            {"normalization_rule_name", "identity"},
            {"max_sentence_length", "65536"},
            {"num_threads", "1"},  // sums in one order: the same text gives the same model
            {"minloglevel", "2"},
        };
        Lines sentences(lines);
        std::string model;
        const auto status = sentencepiece::SentencePieceTrainer::Train(options, &sentences, &model);
        if (!status.ok())
            return Error{ErrorKind::bad_data, "no vocabulary of " + std::to_string(size) +
                                                  " units can be learnt from this text: " +
                                                  clean_text(status.ToString(), 300)};
        return load(model);
    }
    Result<std::unique_ptr<Vocabulary>> load(std::string_view model) const override {
        auto vocabulary = std::make_unique<SentencePieceVocabulary>();
        if (const Status status = vocabulary->open(model); !status) return status.error();
        return std::unique_ptr<Vocabulary>(std::move(vocabulary));
    }
};

}  // namespace
}  // namespace slay

extern "C" __attribute__((visibility("default"))) const slay::VocabularyLibrary*
slay_vocabulary_library(int abi) {
    static const slay::Library library;
    return abi == slay::vocabulary_abi ? &library : nullptr;
}

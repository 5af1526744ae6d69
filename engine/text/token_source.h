// Where a language model's tokens come from: a generated language, or a folder of text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace slay {

// Immutable after it was made, and safe to read from several threads.
class TokenSource {
  public:
    virtual ~TokenSource() = default;

    virtual std::int64_t vocabulary() const = 0;  // ids are 0 .. vocabulary - 1
    virtual std::int64_t mask_token() const = 0;  // an id that no window holds
    virtual std::string describe() const = 0;     // "generated language of 64 words"

    // Window `index` of the training data in the order that `seed` draws: the same tokens whoever
    // asks. `out`: its length is that of the window. Throws std::runtime_error where the window is
    // longer than the text, or the cached tokens are damaged.
    virtual void training_window(std::uint64_t seed, std::uint64_t index,
                                 std::span<std::int64_t> out) const = 0;

    // One of `count` windows of the validation data, the same for every seed and variant.
    virtual void validation_window(std::uint64_t index, std::uint64_t count,
                                   std::span<std::int64_t> out) const = 0;

    // Mean of -log p (nats) of the tokens after the first under the source itself, which is the
    // least that any model can lose on average; empty where the source is not known.
    virtual std::optional<double> surprisal(std::span<const std::int64_t> window) const {
        static_cast<void>(window);
        return std::nullopt;
    }
};

}  // namespace slay

// Token ids on disk: a header, then little-endian 16-bit ids, mapped into memory when read.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace slay {

class TokenFile {
  public:
    // Errors: missing, no token file, another version, cut short.
    static Result<std::unique_ptr<TokenFile>> open(const std::string& path);
    ~TokenFile();
    TokenFile(const TokenFile&) = delete;
    TokenFile& operator=(const TokenFile&) = delete;

    std::span<const std::uint16_t> tokens() const { return tokens_; }
    std::int64_t vocabulary() const { return vocabulary_; }
    std::int64_t mask_token() const { return mask_; }

  private:
    TokenFile() = default;
    void* memory_ = nullptr;
    std::size_t bytes_ = 0;
    std::span<const std::uint16_t> tokens_;
    std::int64_t vocabulary_ = 0, mask_ = 0;
};

// Written atomically.
Status write_token_file(const std::string& path, std::span<const std::uint16_t> tokens,
                        std::int64_t vocabulary, std::int64_t mask_token);

}  // namespace slay

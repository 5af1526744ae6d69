// SHA-256 (FIPS 180-4): what tells one file from another that a stranger made.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace slay {

class Sha256 {
  public:
    void add(std::string_view bytes);
    // 64 lower-case hexadecimal digits of all that was added; nothing may be added afterwards.
    std::string hex();

  private:
    void take_block(const unsigned char* block);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> block_{};
    std::uint64_t length_ = 0;  // bytes added
};

std::string sha256(std::string_view bytes);

// Of a regular file, read to its end. Errors: it is not there, is no regular file, cannot be read.
Result<std::string> sha256_of_file(const std::string& path);

bool is_sha256(std::string_view text);  // 64 lower-case hexadecimal digits

}  // namespace slay

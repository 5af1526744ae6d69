// CRC-32 (IEEE 802.3, the one of zlib and PNG).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slay {

std::uint32_t crc32(std::string_view bytes);
std::string hex8(std::uint32_t value);   // eight lower-case hexadecimal digits: "cbf43926"
std::string hex16(std::uint64_t value);  // sixteen

}  // namespace slay

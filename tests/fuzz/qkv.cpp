#include <cmath>

#include "engine/core/checksum.h"
#include "engine/explore/qkv_file.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {

// The last eight bytes are the checksum: made right, unless the input begins with '!'.
void read_qkv(std::string_view bytes) {
    std::string content(bytes);
    if (!content.empty() && content.front() == '!') {
        content.erase(0, 1);
    } else if (content.size() >= 8) {
        content.resize(content.size() - 8);
        const std::uint64_t sum = crc32(content);
        content.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    }
    const MemoryFile file(content);
    const auto sample = explore::read_qkv(file.path());
    if (!sample) return;
    require(!sample->heads.empty(), "a sample has heads");
    for (const explore::QkvHead& head : sample->heads) {
        const auto count = static_cast<std::size_t>(head.length) * head.dimension;
        for (const auto* values : {&head.q, &head.k, &head.v}) {
            require(values->size() == count, "a head has the values of its shape");
            for (const float value : *values) require(std::isfinite(value), "values are finite");
        }
        require(explore::head_of(*sample, head.layer, head.head).ok(), "a head is found");
    }
}

}  // namespace slay::fuzz

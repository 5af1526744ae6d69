#include "tests/fuzz/readers.h"

#include <array>

namespace slay::fuzz {

std::span<const Reader> readers() {
    static constexpr std::array<Reader, 8> table{{
        {"preset", read_preset},
        {"journal", read_journal},
        {"results", read_results},
        {"golden", read_golden},
        {"text", read_text},
        {"request", read_request},
        {"qkv", read_qkv},
        {"worker", read_worker},
    }};
    return table;
}

}  // namespace slay::fuzz

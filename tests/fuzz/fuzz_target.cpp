// libFuzzer's entry. SLAY_FUZZ_READER: the reader that this program tries.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/readers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    slay::fuzz::SLAY_FUZZ_READER({reinterpret_cast<const char*>(data), size});
    return 0;
}

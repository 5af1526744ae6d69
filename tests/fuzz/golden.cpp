#include <cmath>

#include "engine/core/golden_data.h"
#include "engine/core/text.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {
namespace {

void require_whole(const GoldenTensor& tensor) {
    std::size_t count = 1;
    for (const std::int64_t size : tensor.sizes) count *= static_cast<std::size_t>(size);
    require(tensor.values.size() == count, "a tensor has the values of its shape");
    for (const double value : tensor.values) require(std::isfinite(value), "values are finite");
}

}  // namespace

void read_golden(std::string_view bytes) {
    const MemoryFile file(bytes);
    const Result<GoldenData> golden = read_golden_data(file.path());
    if (!golden) {
        const std::string& message = golden.error().message;
        require(!first_invalid_utf8(message) && message.size() < 8192, "a message can be shown");
        for (const char c : message)
            require(static_cast<unsigned char>(c) >= 0x20, "a message has no control character");
        return;
    }
    const std::vector<std::int64_t> heads{golden->batch, golden->heads, golden->length,
                                          golden->head_dim};
    for (const GoldenTensor* each : {&golden->q, &golden->k, &golden->v}) {
        require(each->sizes == heads, "inputs are [B, H, L, d]");
        require_whole(*each);
    }
    require(!golden->variants.empty(), "there is something to compare");
    for (const GoldenVariantData& variant : golden->variants) {
        require_whole(variant.output);
        for (const auto& [name, buffer] : variant.buffers) require_whole(buffer);
    }
}

}  // namespace slay::fuzz

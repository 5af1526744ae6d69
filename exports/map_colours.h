// The colours of a heat map, for every renderer of it: from the ground (nothing) to one strong hue,
// and below zero to another that a colour-blind reader tells from it.
#pragma once

#include <cstdint>

namespace slay {

struct MapColours {
    std::uint32_t above = 0, above_middle = 0, below = 0, below_middle = 0;  // 0xRRGGBB
};

inline MapColours map_colours(bool dark) {
    if (dark) return {0xF0A0FF, 0x9A3FB4, 0x7FD0E0, 0x2F7F92};
    return {0x5B0F73, 0xC96CDF, 0x0B5568, 0x5FAEC0};
}

}  // namespace slay

// The maps that kernels are compiled for; their sizes are then constants.
#pragma once

#include "engine/kernels/host_device.h"

namespace slay::kernels {

// P > 0: squares of P projections times 32 exponentials, of normalised vectors.
inline constexpr int kOneFactor = 0;    // what the arguments say
inline constexpr int kTwoFactors = -1;  // likewise
inline constexpr int kElu = -2;         // elu(u) + 1
inline constexpr int kRotated = -3;     // relu(u) times cos and times sin of the position
// Any number of projections of u, or (the exponentials) of u normalised:
inline constexpr int kRelu = -4;
inline constexpr int kExponential = -5;
inline constexpr int kExponentialSquare = -6;

SLAY_HOST_DEVICE constexpr bool takes_elements(int map) {
    return map == kElu || map == kRotated;
}

SLAY_HOST_DEVICE constexpr bool has_second_factor(int map) {
    return map > 0 || map == kTwoFactors;
}

}  // namespace slay::kernels

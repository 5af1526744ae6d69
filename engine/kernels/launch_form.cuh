// From the head dimension and the map of a pass to the instance of a kernel.
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

#include "engine/kernels/kernel_arguments.cuh"
#include "engine/kernels/known_map.h"

namespace slay::kernels {

// `launch` gets both as std::integral_constant; the map is known_map.h's name of it. Maps of two
// factors have instances of their own if `wide`.
template <int D, typename Launch>
cudaError_t launch_map(const KernelArguments& args, bool wide, const Launch& launch) {
    const std::integral_constant<int, D> d;
    if constexpr (D == 32 || D == 64) {
        if (wide && args.known == 16) return launch(d, std::integral_constant<int, 16>{});
        if (wide && args.known == 32) return launch(d, std::integral_constant<int, 32>{});
    }
    if constexpr (D >= 32) {
        switch (args.known) {
            case kElu:
                return launch(d, std::integral_constant<int, kElu>{});
            case kRotated:
                return launch(d, std::integral_constant<int, kRotated>{});
            case kRelu:
                return launch(d, std::integral_constant<int, kRelu>{});
            case kExponential:
                return launch(d, std::integral_constant<int, kExponential>{});
            case kExponentialSquare:
                return launch(d, std::integral_constant<int, kExponentialSquare>{});
            default:
                break;
        }
    }
    return args.features.p_units == 1 ? launch(d, std::integral_constant<int, kOneFactor>{})
                                      : launch(d, std::integral_constant<int, kTwoFactors>{});
}

template <typename Launch>
cudaError_t launch_form(const KernelArguments& args, int head_dim, bool wide,
                        const Launch& launch) {
    switch (head_dim) {
        case 16:
            return launch_map<16>(args, wide, launch);
        case 32:
            return launch_map<32>(args, wide, launch);
        case 64:
            return launch_map<64>(args, wide, launch);
        case 128:
            return launch_map<128>(args, wide, launch);
        default:
            return cudaErrorInvalidValue;
    }
}

}  // namespace slay::kernels

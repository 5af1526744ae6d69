// Enqueues the waves of one fused pass.
#include <algorithm>

#include "engine/kernels/fused_forms.cuh"
#include "engine/kernels/fused_linear.h"
#include "engine/kernels/fused_sizes.h"
#include "engine/kernels/known_map.h"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/scan_kernel.cuh"
#include "engine/kernels/warpgroup_forms.cuh"

namespace slay::kernels {

template <int Terms>
cudaError_t run_scan(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    const dim3 grid(static_cast<unsigned>((args.elements / 8 + 31) / 32), rows);
    // As many parts as a wave fills.
    if (args.wave <= 4 * scan_ahead(Terms))
        return launch(scan_kernel<Terms, 4>, grid, 128, 0, stream, args, args.overlaps);
    if (args.wave <= 8 * scan_ahead(Terms))
        return launch(scan_kernel<Terms, 8>, grid, 256, 0, stream, args, args.overlaps);
    return launch(scan_kernel<Terms, 16>, grid, 512, 0, stream, args, args.overlaps);
}
template cudaError_t run_scan<1>(const KernelArguments&, unsigned, cudaStream_t);
template cudaError_t run_scan<2>(const KernelArguments&, unsigned, cudaStream_t);

namespace {

DeviceFeatures device_features(const FusedLinearPass& pass, const FusedSizes& sizes) {
    const PackedFeatures& packed = *pass.features;
    const auto* bytes = static_cast<const unsigned char*>(pass.device_words);
    DeviceFeatures f{};
    f.omega = reinterpret_cast<const uint4*>(bytes);
    f.omega_stride = packed.heads == 1 ? 0 : sizes.g_padded / 8 * weight_tile(packed.head_dim);
    f.offset = reinterpret_cast<const float*>(bytes + packed.offset_at);
    for (int i = 0; i < 4; ++i)
        f.poly[i] = reinterpret_cast<const uint4*>(bytes + packed.poly_at[i]);
    if (packed.mix_at > 0) f.mix = reinterpret_cast<const uint4*>(bytes + packed.mix_at);
    f.g_padded = sizes.g_padded;
    f.p_units = sizes.p_units;
    f.p_padded = sizes.p_padded;
    f.products = packed.products;
    f.rotate = packed.rotate;
    f.identity = takes_elements(sizes.known);
    f.factor = packed.factor;
    f.normalise = packed.normalise;
    f.position_scale = 1.57079632679f / static_cast<float>(pass.shape.length);
    return f;
}

template <int Terms>
cudaError_t run_states_of(const KernelArguments& args, const FusedPlan& plan, int head_dim,
                          unsigned rows, cudaStream_t stream) {
    if constexpr (Terms == 1) {
        if (plan.groups) return run_group_states(args, head_dim, rows, stream);
    }
    return run_states<Terms>(args, head_dim, rows, stream);
}

template <int Terms>
cudaError_t run_outputs_of(const KernelArguments& args, const FusedPlan& plan, int head_dim,
                           unsigned rows, cudaStream_t stream) {
    if constexpr (Terms == 1) {
        if (plan.streams) return run_group_streams(args, head_dim, rows, stream);
        if (plan.groups) return run_group_outputs(args, head_dim, rows, stream);
    }
    return run_outputs<Terms>(args, head_dim, plan.wide, rows, stream);
}

template <int Terms>
cudaError_t run_waves(KernelArguments args, const FusedPlan& plan, int head_dim, unsigned rows,
                      cudaStream_t stream) {
    if (plan.segment == 0) {
        return run_outputs_of<Terms>(args, plan, head_dim, rows, stream);
    }
    int device = 0, major = 0;
    cudaError_t found = cudaGetDevice(&device);
    if (found == cudaSuccess)
        found = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (found != cudaSuccess) return found;
    const bool overlaps = major >= 9;
    for (std::int64_t first = 0; first < plan.segments; first += plan.wave) {
        args.first_segment = first;
        args.wave = static_cast<int>(std::min(plan.wave, plan.segments - first));
        args.begin = first == 0;
        args.finish = first + args.wave == plan.segments;
        // Nothing comes after the last segment of a causal pass.
        args.formed = args.causal && args.finish ? args.wave - 1 : args.wave;
        // Nothing of this pass comes before its first kernel.
        args.overlaps = overlaps && first > 0;
        cudaError_t status = run_states_of<Terms>(args, plan, head_dim, rows, stream);
        if (status != cudaSuccess) return status;
        args.overlaps = overlaps && args.formed > 0;
        status = run_scan<Terms>(args, rows, stream);
        if (status != cudaSuccess) return status;
        if (!args.causal) continue;
        args.overlaps = overlaps;
        status = run_outputs_of<Terms>(args, plan, head_dim, rows, stream);
        if (status != cudaSuccess) return status;
    }
    if (args.causal) return cudaSuccess;
    args.first_segment = 0;
    return run_outputs_of<Terms>(args, plan, head_dim, rows, stream);
}

}  // namespace

cudaError_t run_fused_linear(const FusedLinearPass& pass, const FusedPlan& plan) {
    const FusedSizes sizes = fused_sizes(pass.shape, *pass.features);
    KernelArguments args{};
    args.q = pass.q;
    args.k = pass.k;
    args.v = pass.v;
    args.y = pass.y;
    args.residual = pass.residual;
    args.denominators = pass.denominators;
    args.features = device_features(pass, sizes);
    args.length = pass.shape.length;
    args.segment = plan.segment;
    args.wave_capacity = plan.wave;
    args.elements = sizes.elements;
    args.heads = static_cast<int>(pass.shape.heads);
    args.units = sizes.units;
    args.row_block = plan.row_block;
    args.block_segments = plan.block_segments;
    args.buffers = plan.buffers;
    args.key_capacity = plan.key_capacity;
    args.known = sizes.known;
    args.element = pass.shape.element;
    args.causal = pass.shape.causal;
    args.delta = pass.delta;
    if (plan.segment > 0) {
        args.states = static_cast<unsigned char*>(pass.scratch);
        args.carry = reinterpret_cast<float*>(args.states +
                                              fused_scratch(pass.shape, sizes, plan.wave).carry_at);
    }
    const auto rows = static_cast<unsigned>(pass.shape.batch * pass.shape.heads);
    return sizes.terms == 1 ? run_waves<1>(args, plan, pass.shape.head_dim, rows, pass.stream)
                            : run_waves<2>(args, plan, pass.shape.head_dim, rows, pass.stream);
}

}  // namespace slay::kernels

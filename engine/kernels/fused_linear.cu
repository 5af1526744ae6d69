// Chooses the kernels' forms and enqueues the waves of one fused pass.
#include <algorithm>

#include "engine/kernels/fused_linear.h"
#include "engine/kernels/fused_sizes.h"
#include "engine/kernels/launch.cuh"
#include "engine/kernels/output_kernel.cuh"
#include "engine/kernels/scan_kernel.cuh"
#include "engine/kernels/state_kernel.cuh"

namespace slay::kernels {
namespace {

DeviceFeatures device_features(const FusedLinearPass& pass, const FusedSizes& sizes) {
    const PackedFeatures& packed = *pass.features;
    const auto* bytes = static_cast<const unsigned char*>(pass.device_words);
    DeviceFeatures f{};
    f.omega = reinterpret_cast<const uint4*>(bytes);
    f.omega_stride = packed.heads == 1 ? 0 : sizes.g_padded * packed.head_dim / 4;
    f.offset = reinterpret_cast<const float*>(bytes + packed.offset_at);
    f.first = reinterpret_cast<const uint4*>(bytes + packed.first_at);
    f.second = reinterpret_cast<const uint4*>(bytes + packed.second_at);
    f.g = packed.g;
    f.g_padded = sizes.g_padded;
    f.p = packed.p;
    f.p_units = sizes.p_units;
    f.p_padded = sizes.p_padded;
    f.factor = packed.factor;
    f.poly = packed.poly;
    f.normalise = packed.normalise;
    f.same = packed.second_at == packed.first_at;
    f.position_scale = 1.57079632679f / static_cast<float>(pass.shape.length);
    return f;
}

template <int D, bool tensor>
cudaError_t run_state(KernelArguments args, std::int64_t formed, unsigned rows,
                      cudaStream_t stream) {
    if (formed <= 0) return cudaSuccess;
    const int count = units_per_state_block<D, tensor>();
    args.unit_groups = (args.units + count - 1) / count;
    int bytes = 0;
    for (int group = 0; group < args.unit_groups; ++group) {
        const UnitSpan span = unit_span<D, tensor>(args.units, args.features.p_units, group);
        const StateLayout layout(state_tile<D>(), span.block_count, span.p_count, D);
        bytes = std::max(bytes, layout.total(tensor, span.last - span.first, D));
    }
    const dim3 grid(static_cast<unsigned>(formed * args.unit_groups), rows);
    return launch(state_kernel<D, tensor>, grid, state_warps<D>() * 32, bytes, stream, args);
}

template <int D, int steps>
cudaError_t run_output(const KernelArguments& args, unsigned rows, cudaStream_t stream) {
    constexpr int kRows = output_rows<D, steps>();
    const std::int64_t first = args.first_segment * args.segment;
    const std::int64_t last = args.segment > 0 && args.causal
                                  ? std::min(first + args.wave * args.segment, args.length)
                                  : args.length;
    const DeviceFeatures& f = args.features;
    const OutputLayout layout(kRows, f.g_padded, f.p_units, f.p_padded, D);
    const bool states = args.segment > 0;
    const int bytes = layout.total(steps != kStreamed, states, args.causal || !states);
    const dim3 grid(static_cast<unsigned>((last - first + kRows - 1) / kRows), rows);
    return launch(output_kernel<D, steps>, grid, output_warps<D, steps>() * 32, bytes, stream,
                  args);
}

template <int D>
cudaError_t run_outputs(const KernelArguments& args, const FusedSizes& sizes, unsigned rows,
                        cudaStream_t stream) {
    if (!sizes.resident) return run_output<D, kStreamed>(args, rows, stream);
    if (sizes.p_units == 1) return run_output<D, 0>(args, rows, stream);
    if (sizes.p_padded == 16) return run_output<D, 1>(args, rows, stream);
    return run_output<D, 2>(args, rows, stream);
}

template <int D>
cudaError_t run_waves(KernelArguments args, const FusedPlan& plan, const FusedSizes& sizes,
                      unsigned rows, cudaStream_t stream) {
    if (plan.segment == 0) return run_outputs<D>(args, sizes, rows, stream);
    for (std::int64_t first = 0; first < plan.segments; first += plan.wave) {
        args.first_segment = first;
        args.wave = std::min(plan.wave, plan.segments - first);
        const std::int64_t formed =
            args.causal ? std::min(args.wave, plan.segments - 1 - first) : args.wave;
        cudaError_t status = sizes.p_units == 1 ? run_state<D, false>(args, formed, rows, stream)
                                                : run_state<D, true>(args, formed, rows, stream);
        if (status != cudaSuccess) return status;
        const dim3 grid(static_cast<unsigned>((args.elements / 4 + 127) / 128), rows);
        status = launch(scan_kernel, grid, 128, 0, stream, args);
        if (status != cudaSuccess) return status;
        if (!args.causal) continue;
        status = run_outputs<D>(args, sizes, rows, stream);
        if (status != cudaSuccess) return status;
    }
    if (args.causal) return cudaSuccess;
    args.first_segment = 0;
    return run_outputs<D>(args, sizes, rows, stream);
}

}  // namespace

cudaError_t run_fused_linear(const FusedLinearPass& pass, const FusedPlan& plan) {
    const FusedSizes sizes = fused_sizes(pass.shape, *pass.features);
    const std::int64_t rows = pass.shape.batch * pass.shape.heads;
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
    args.segments = plan.segments;
    args.wave_capacity = plan.wave;
    args.elements = sizes.elements;
    args.heads = static_cast<int>(pass.shape.heads);
    args.units = sizes.units;
    args.causal = pass.shape.causal;
    args.delta = pass.delta;
    if (plan.segment > 0) {
        auto* scratch = static_cast<unsigned char*>(pass.scratch);
        const FusedScratch layout = fused_scratch(pass.shape, sizes, plan.wave);
        args.states = reinterpret_cast<float*>(scratch);
        args.prefixes = reinterpret_cast<std::uint16_t*>(scratch + layout.prefixes_at);
        args.carry = reinterpret_cast<float*>(scratch + layout.carry_at);
    }
    const auto grid_rows = static_cast<unsigned>(rows);
    switch (pass.shape.head_dim) {
        case 16:
            return run_waves<16>(args, plan, sizes, grid_rows, pass.stream);
        case 32:
            return run_waves<32>(args, plan, sizes, grid_rows, pass.stream);
        case 64:
            return run_waves<64>(args, plan, sizes, grid_rows, pass.stream);
        case 128:
            return run_waves<128>(args, plan, sizes, grid_rows, pass.stream);
        default:
            return cudaErrorInvalidValue;
    }
}

}  // namespace slay::kernels

// Puts the arguments of a fused backward pass together and chooses the instance.
#include "engine/kernels/backward_arguments.cuh"
#include "engine/kernels/backward_instances.h"
#include "engine/kernels/backward_sizes.h"
#include "engine/kernels/fused_linear_backward.h"

namespace slay::kernels {
namespace {

GradientFeatures device_features(const FusedBackwardPass& pass, const BackwardSizes& sizes) {
    const PackedGradients& packed = *pass.features;
    const auto* bytes = static_cast<const unsigned char*>(pass.device_words);
    const auto part = [&](std::size_t at) { return reinterpret_cast<const uint4*>(bytes + at); };
    GradientFeatures f{};
    f.omega = part(0);
    f.omega_transposed = part(packed.omega_transposed_at);
    f.omega_stride = packed.heads == 1 ? 0 : sizes.g_padded() * packed.head_dim / 4;
    f.offset = reinterpret_cast<const float*>(bytes + packed.offset_at);
    f.first = part(packed.first_at);
    f.second = part(packed.second_at);
    f.first_transposed = part(packed.first_transposed_at);
    f.second_transposed = part(packed.second_transposed_at);
    f.g = packed.g;
    f.blocks = sizes.blocks;
    f.p_units = sizes.p_units;
    f.p_padded = sizes.p_padded;
    f.factor = packed.factor;
    f.normalise = packed.normalise;
    f.same = packed.second_at == packed.first_at;
    f.turned = packed.turned;
    f.position_scale = 0.5f / static_cast<float>(pass.shape.length);
    if (packed.exact_at > 0 && sizes.terms > 1) {
        f.exact = reinterpret_cast<const float*>(bytes + packed.exact_at);
        f.exact_stride = packed.heads == 1 ? 0 : sizes.g_padded() * packed.head_dim;
    }
    return f;
}

}  // namespace

cudaError_t run_fused_backward(const FusedBackwardPass& pass, const FusedPlan& plan) {
    const BackwardSizes sizes = backward_sizes(pass.shape, *pass.features);
    const BackwardScratch layout = backward_scratch(pass.shape, sizes, plan.wave);
    auto* scratch = static_cast<unsigned char*>(pass.scratch);
    BackwardArguments args{};
    args.q = pass.q;
    args.k = pass.k;
    args.v = pass.v;
    args.y = pass.y;
    args.dy = pass.dy;
    args.correction = pass.correction;
    args.dq = pass.dq;
    args.dk = pass.dk;
    args.dv = pass.dv;
    args.denominators = pass.denominators;
    args.gradients = pass.dq;
    args.weights = reinterpret_cast<float*>(scratch + layout.weights_at);
    args.inverses = reinterpret_cast<float*>(scratch + layout.inverses_at);
    args.features = device_features(pass, sizes);
    args.states = reinterpret_cast<std::uint16_t*>(scratch + layout.states_at);
    args.carry = reinterpret_cast<float*>(scratch + layout.carry_at);
    args.length = pass.shape.length;
    args.segment = plan.segment;
    args.segments = plan.segments;
    args.wave_capacity = plan.wave;
    args.elements = sizes.elements;
    args.heads = static_cast<int>(pass.shape.heads);
    args.units = sizes.units();
    args.causal = pass.shape.causal;
    args.delta = pass.delta;
    const auto rows = static_cast<unsigned>(pass.shape.batch * pass.shape.heads);
    const bool half = pass.shape.element == Element::bfloat16;
    switch (pass.shape.head_dim) {
        case 16:
            return (half ? backward_bf16_d16 : backward_fp32_d16)(args, plan, rows, pass.stream);
        case 32:
            return (half ? backward_bf16_d32 : backward_fp32_d32)(args, plan, rows, pass.stream);
        case 64:
            return (half ? backward_bf16_d64 : backward_fp32_d64)(args, plan, rows, pass.stream);
        case 128:
            return (half ? backward_bf16_d128 : backward_fp32_d128)(args, plan, rows, pass.stream);
        default:
            return cudaErrorInvalidValue;
    }
}

}  // namespace slay::kernels

// Enqueues a forward pass of exact Yat.
#include "engine/kernels/yat_forward_kernel.cuh"
#include "engine/kernels/yat_launch.cuh"
#include "engine/kernels/yat_rows_kernel.cuh"

namespace slay::kernels {
namespace {

template <int D, bool split>
cudaError_t run(const YatForward& pass, const YatPlan& plan) {
    const YatShape& shape = pass.shape;
    auto* scratch = static_cast<unsigned char*>(pass.scratch);
    const YatScratch at = yat_forward_scratch(shape, plan);
    YatArguments args = yat_arguments(shape, plan.splits, pass.epsilon, pass.delta);
    args.y = pass.y;
    args.correction = pass.correction;
    args.denominators = pass.denominators;
    args.partials = reinterpret_cast<float*>(scratch + at.partials);
    args.partial_sums = reinterpret_cast<float*>(scratch + at.partial_sums);

    YatRowArguments rows{};
    rows.length = args.length;
    rows.padded = args.padded;
    rows.heads = args.heads;
    rows.head_dim = args.head_dim;
    rows.type = args.type;
    rows.delta = args.delta;
    rows.jobs[0].in = pass.q;
    rows.jobs[1].in = pass.k;
    rows.jobs[2].in = pass.v;
    if constexpr (split) {
        rows.jobs[0].half_terms = reinterpret_cast<uint16_t*>(scratch + at.q);
        rows.jobs[1].half_terms = reinterpret_cast<uint16_t*>(scratch + at.k);
        rows.jobs[0].normalise = rows.jobs[1].normalise = true;
        rows.jobs[2].terms = reinterpret_cast<uint16_t*>(scratch + at.v);
        rows.jobs[2].planes = 2;
        args.q = yat_operand(scratch + at.q, 2, args, D);
        args.k = yat_operand(scratch + at.k, 2, args, D);
        args.v = yat_operand(scratch + at.v, 2, args, D);
    } else {
        rows.jobs[0].inverse = reinterpret_cast<float*>(scratch + at.inverse_q);
        rows.jobs[1].inverse = reinterpret_cast<float*>(scratch + at.inverse_k);
        args.inverse_q = rows.jobs[0].inverse;
        args.inverse_k = rows.jobs[1].inverse;
        args.q = yat_operand(pass.q);
        args.k = yat_operand(pass.k);
        args.v = yat_operand(pass.v);
    }
    const dim3 row_grid(static_cast<unsigned>(args.padded * (D / 8) / 256),
                        static_cast<unsigned>(args.pairs), split ? 3 : 2);
    cudaError_t status = launch(yat_rows_kernel<D>, row_grid, 256, 0, pass.stream, rows);
    if (status != cudaSuccess) return status;

    constexpr YatBlock kBlock = yat_block(YatPass::forward, D, split);
    status = launch(yat_forward_kernel<D, split>, yat_grid(args, kBlock.rows()), kBlock.threads(),
                    yat_launch_bytes<YatPass::forward, D, split>(args), pass.stream, args);
    if (status != cudaSuccess || args.splits == 1) return status;
    const std::int64_t quads = args.length * (D / 4);
    const dim3 grid(static_cast<unsigned>((quads + 127) / 128), static_cast<unsigned>(args.pairs));
    yat_combine_kernel<D><<<grid, 128, 0, pass.stream>>>(args, kBlock.rows());
    return cudaGetLastError();
}

template <bool split>
cudaError_t run_dim(const YatForward& pass, const YatPlan& plan) {
    switch (yat_padded_dim(pass.shape.head_dim)) {
        case 32:
            return run<32, split>(pass, plan);
        case 64:
            return run<64, split>(pass, plan);
        default:
            return run<128, split>(pass, plan);
    }
}

}  // namespace

cudaError_t run_yat_forward(const YatForward& pass, const YatPlan& plan) {
    if (!exact_yat_unsupported(pass.shape, pass.epsilon).empty()) return cudaErrorInvalidValue;
    if (pass.shape.type == YatType::bfloat16) return run_dim<false>(pass, plan);
    return run_dim<true>(pass, plan);
}

}  // namespace slay::kernels

// Enqueues a forward pass of exact Yat.
#include "engine/kernels/yat_forward_kernel.cuh"
#include "engine/kernels/yat_launch.cuh"
#include "engine/kernels/yat_rows_kernel.cuh"
#include "engine/kernels/yat_warpgroup_kernel.cuh"

namespace slay::kernels {
namespace {

// Whether the current device runs the kernel's code for sm_90a: on any other it is built empty.
template <int D>
bool warpgroup_usable() {
    int device = 0;
    cudaFuncAttributes attributes{};
    if (cudaGetDevice(&device) != cudaSuccess) return false;
    if (cudaFuncGetAttributes(&attributes, yat_warpgroup_kernel<D>) != cudaSuccess) return false;
    return attributes.numRegs > 64;
}

// The kernel over all scores; `block_rows` are the queries of one block of threads.
template <int D, YatLane lane>
cudaError_t enqueue(const YatArguments& args, cudaStream_t stream, int& block_rows) {
    if constexpr (lane == YatLane::bfloat16 && D <= 64) {
        if (warpgroup_usable<D>()) {
            block_rows = yat_wide_rows(D);
            const std::int64_t keys = std::min(args.chunk, args.length);
            const auto bytes = static_cast<int>(yat_wide_bytes(D, keys > yat_flush_rows(lane)));
            return launch(yat_warpgroup_kernel<D>, yat_grid(args, block_rows),
                          yat_wide_groups(D) * 128, bytes, stream, args);
        }
    }
    constexpr YatBlock kBlock = yat_block(YatPass::forward, D, lane);
    block_rows = kBlock.rows();
    return launch(yat_forward_kernel<D, lane>, yat_grid(args, block_rows), kBlock.threads(),
                  yat_launch_bytes<YatPass::forward, D, lane>(args), stream, args);
}

template <int D, YatLane lane>
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
    if constexpr (yat_raw(lane)) {
        rows.jobs[0].inverse = reinterpret_cast<float*>(scratch + at.inverse_q);
        rows.jobs[1].inverse = reinterpret_cast<float*>(scratch + at.inverse_k);
        args.inverse_q = rows.jobs[0].inverse;
        args.inverse_k = rows.jobs[1].inverse;
        args.q = yat_operand(pass.q);
        args.k = yat_operand(pass.k);
    } else {
        rows.jobs[0].half_terms = reinterpret_cast<uint16_t*>(scratch + at.q);
        rows.jobs[1].half_terms = reinterpret_cast<uint16_t*>(scratch + at.k);
        rows.jobs[0].normalise = rows.jobs[1].normalise = true;
        args.q = yat_operand(scratch + at.q, yat_score_terms(lane), args, D);
        args.k = yat_operand(scratch + at.k, yat_score_terms(lane), args, D);
    }
    constexpr bool kValues = lane != YatLane::bfloat16;  // v in terms
    if constexpr (kValues) {
        rows.jobs[2].terms = reinterpret_cast<uint16_t*>(scratch + at.v);
        rows.jobs[2].planes = yat_terms(lane);
        args.v = yat_operand(scratch + at.v, yat_terms(lane), args, D);
    } else {
        args.v = yat_operand(pass.v);
    }
    const dim3 row_grid(static_cast<unsigned>(args.padded * (D / 8) / 256),
                        static_cast<unsigned>(args.pairs), kValues ? 3 : 2);
    cudaError_t status = launch(yat_rows_kernel<D>, row_grid, 256, 0, pass.stream, rows);
    if (status != cudaSuccess) return status;

    int block_rows = 0;
    status = enqueue<D, lane>(args, pass.stream, block_rows);
    if (status != cudaSuccess || args.splits == 1) return status;
    const std::int64_t quads = args.length * (D / 4);
    const dim3 grid(static_cast<unsigned>((quads + 127) / 128), static_cast<unsigned>(args.pairs));
    yat_combine_kernel<D><<<grid, 128, 0, pass.stream>>>(args, block_rows);
    return cudaGetLastError();
}

template <YatLane lane>
cudaError_t run_dim(const YatForward& pass, const YatPlan& plan) {
    switch (yat_padded_dim(pass.shape.head_dim)) {
        case 32:
            return run<32, lane>(pass, plan);
        case 64:
            return run<64, lane>(pass, plan);
        default:
            return run<128, lane>(pass, plan);
    }
}

}  // namespace

cudaError_t run_yat_forward(const YatForward& pass, const YatPlan& plan) {
    if (!exact_yat_unsupported(pass.shape, pass.epsilon).empty()) return cudaErrorInvalidValue;
    switch (pass.shape.type) {
        case YatType::bfloat16:
            return run_dim<YatLane::bfloat16>(pass, plan);
        case YatType::float16:
            return run_dim<YatLane::float16>(pass, plan);
        default:
            return run_dim<YatLane::float32>(pass, plan);
    }
}

}  // namespace slay::kernels

// Enqueues a backward pass of exact Yat, for one kind of operand.
#pragma once

#include "engine/kernels/yat_backward_kernel.cuh"
#include "engine/kernels/yat_launch.cuh"
#include "engine/kernels/yat_rows_kernel.cuh"

namespace slay::kernels {

template <int D, YatLane lane>
cudaError_t enqueue_yat_backward(const YatBackward& pass, const YatPlan& plan) {
    const YatShape& shape = pass.shape;
    auto* scratch = static_cast<unsigned char*>(pass.scratch);
    const YatScratch at = yat_backward_scratch(shape, plan);
    const auto halves = [&](std::size_t offset) {
        return reinterpret_cast<uint16_t*>(scratch + offset);
    };
    const auto floats = [&](std::size_t offset) {
        return reinterpret_cast<float*>(scratch + offset);
    };
    YatArguments args = yat_arguments(shape, plan.splits, pass.epsilon, pass.delta);
    args.columns = reinterpret_cast<const float4*>(scratch + at.columns);
    args.partials = floats(at.partials);

    YatRowArguments rows{};
    rows.dy = pass.dy;
    rows.y = pass.y;
    rows.correction = pass.correction;
    rows.denominators = pass.denominators;
    rows.length = args.length;
    rows.padded = args.padded;
    rows.heads = args.heads;
    rows.head_dim = args.head_dim;
    rows.type = args.type;
    rows.delta = args.delta;
    YatRowJob &q = rows.jobs[0], &k = rows.jobs[1], &v = rows.jobs[2], &dy = rows.jobs[3];
    q.in = pass.q;
    k.in = pass.k;
    v.in = pass.v;
    dy.in = pass.dy;
    q.columns = reinterpret_cast<float4*>(scratch + at.columns);
    if constexpr (yat_raw(lane)) {
        k.inverse = floats(at.inverse_k);
        args.inverse_k = k.inverse;
        args.q = yat_operand(pass.q);
        args.k = yat_operand(pass.k);
    } else {
        q.half_terms = halves(at.q);
        k.half_terms = halves(at.k);
        q.normalise = k.normalise = true;
        args.q = yat_operand(q.half_terms, yat_score_terms(lane), args, D);
        args.k = yat_operand(k.half_terms, yat_score_terms(lane), args, D);
    }
    constexpr bool kValues = lane != YatLane::bfloat16;  // v and dy in terms
    if constexpr (kValues) {
        const auto in_terms = [&](YatRowJob& job, std::size_t offset) {
            job.terms = halves(offset);
            job.planes = yat_terms(lane);
            return yat_operand(job.terms, job.planes, args, D);
        };
        args.q_in = in_terms(q, at.q_in);
        args.k_in = in_terms(k, at.k_in);
        args.v = in_terms(v, at.v);
        args.dy = in_terms(dy, at.dy);
    } else {
        args.q_in = args.q;
        args.k_in = args.k;
        args.v = yat_operand(pass.v);
        args.dy = yat_operand(pass.dy);
    }
    const auto pairs = static_cast<unsigned>(args.pairs);
    constexpr int kRows = 256 / (D / 8);  // a block of the kernels that work row by row
    const dim3 row_grid(static_cast<unsigned>(args.padded / kRows), pairs, kValues ? 4 : 2);
    cudaError_t status = launch(yat_rows_kernel<D>, row_grid, 256, 0, pass.stream, rows);
    if (status != cudaSuccess) return status;

    constexpr YatBlock kQueries = yat_block(YatPass::queries, D, lane);
    status = launch(yat_backward_kernel<D, lane, YatPass::queries>, yat_grid(args, kQueries.rows()),
                    kQueries.threads(), yat_launch_bytes<YatPass::queries, D, lane>(args),
                    pass.stream, args);
    if (status != cudaSuccess) return status;

    YatGradientArguments gradients{};
    gradients.length = args.length;
    gradients.heads = args.heads;
    gradients.pairs = args.pairs;
    gradients.head_dim = args.head_dim;
    gradients.type = args.type;
    gradients.causal = args.causal;
    const auto enqueue_gradients = [&](unsigned jobs) {
        const dim3 grid(static_cast<unsigned>((args.length + kRows - 1) / kRows), pairs, jobs);
        return launch(yat_gradient_kernel<D>, grid, 256, 0, pass.stream, gradients);
    };
    gradients.jobs[0] = {pass.q,      pass.dq,         args.partials, args.chunk,
                         args.splits, kQueries.rows(), false};
    status = enqueue_gradients(1);
    if (status != cudaSuccess) return status;

    args.splits = plan.key_splits;
    args.chunk = yat_chunk(shape.length, plan.key_splits);
    args.partials = floats(at.partials_k);
    args.partials_v = floats(at.partials_v);
    constexpr YatBlock kKeys = yat_block(YatPass::keys, D, lane);
    status =
        launch(yat_backward_kernel<D, lane, YatPass::keys>, yat_grid(args, kKeys.rows()),
               kKeys.threads(), yat_launch_bytes<YatPass::keys, D, lane>(args), pass.stream, args);
    if (status != cudaSuccess) return status;

    gradients.jobs[0] = {pass.k,      pass.dk,      args.partials, args.chunk,
                         args.splits, kKeys.rows(), true};
    gradients.jobs[1] = {TensorView{}, pass.dv, args.partials_v, args.chunk, args.splits,
                         kKeys.rows(), true};
    return enqueue_gradients(2);
}

template <YatLane lane>
cudaError_t enqueue_yat_backward_dim(const YatBackward& pass, const YatPlan& plan) {
    switch (yat_padded_dim(pass.shape.head_dim)) {
        case 32:
            return enqueue_yat_backward<32, lane>(pass, plan);
        case 64:
            return enqueue_yat_backward<64, lane>(pass, plan);
        default:
            return enqueue_yat_backward<128, lane>(pass, plan);
    }
}

// In a file of their own each, so that they compile at the same time.
cudaError_t run_yat_backward_bf16(const YatBackward& pass, const YatPlan& plan);
cudaError_t run_yat_backward_fp16(const YatBackward& pass, const YatPlan& plan);
cudaError_t run_yat_backward_float(const YatBackward& pass, const YatPlan& plan);

}  // namespace slay::kernels

// Enqueues the waves of one backward pass for one head dimension and operand
// type. Instances live in their own files, so that they compile side by side.
#pragma once

#include <algorithm>

#include "engine/kernels/backward_gradient.cuh"
#include "engine/kernels/backward_prepare.cuh"
#include "engine/kernels/backward_scan.cuh"
#include "engine/kernels/backward_sizes.h"
#include "engine/kernels/backward_state.cuh"
#include "engine/kernels/launch.cuh"

namespace slay::kernels {

template <int D, int Terms>
class BackwardLaunch {
  public:
    BackwardLaunch(const BackwardArguments& args, const FusedPlan& plan, unsigned rows,
                   cudaStream_t stream)
        : args_(args), plan_(plan), rows_(rows), stream_(stream) {}

    cudaError_t run() {
        constexpr int kRows = 256 / (D / 8);
        const dim3 grid(static_cast<unsigned>((args_.length + kRows - 1) / kRows), rows_);
        cudaError_t status = launch(prepare_kernel<D, Terms>, grid, 256, 0, stream_, args_);
        if (status != cudaSuccess) return status;
        int device = 0, major = 0;
        status = cudaGetDevice(&device);
        if (status == cudaSuccess)
            status = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
        if (status != cudaSuccess) return status;
        can_overlap_ = major >= 9;
        const BackwardSide queries{args_.q, args_.gradients, args_.weights, args_.inverses};
        const BackwardSide keys{args_.k, args_.v, nullptr, args_.inverses + rows_ * args_.length};
        // The keys' side first: the other one overwrites dN, which lies in dq, row by row.
        const cudaError_t first = run_side<true>(keys, queries);
        return first == cudaSuccess ? run_side<false>(queries, keys) : first;
    }

  private:
    // Kernels after the first one overlap. Each lets the next one start when all its blocks have
    // started, and the scan only once the states before it are complete, so that whatever the
    // prepare kernel wrote is there for all of them; each waits for the one before where they
    // share memory that either writes.
    template <typename Kernel>
    cudaError_t enqueue(Kernel kernel, dim3 grid, int threads, int bytes) {
        const bool overlaps = can_overlap_ && !first_;
        first_ = false;
        return launch(kernel, grid, threads, bytes, stream_, args_, overlaps);
    }

    template <bool Keys>
    cudaError_t run_side(const BackwardSide& target, const BackwardSide& source) {
        args_.target = target;
        args_.source = source;
        args_.reverse = Keys;
        args_.first_segment = 0;
        if (plan_.segment == 0) return run_gradients<Keys>();
        const std::int64_t waves = (plan_.segments + plan_.wave - 1) / plan_.wave;
        for (std::int64_t i = 0; i < waves; ++i) {
            args_.first_segment = (Keys ? waves - 1 - i : i) * plan_.wave;
            args_.wave = std::min(plan_.wave, plan_.segments - args_.first_segment);
            cudaError_t status =
                args_.features.p_units == 1 ? run_state<false>() : run_state<true>();
            if (status != cudaSuccess) return status;
            const dim3 grid(static_cast<unsigned>((args_.elements / 8 + 127) / 128), rows_);
            status = enqueue(backward_scan_kernel<Terms>, grid, 128, 0);
            if (status != cudaSuccess) return status;
            if (!args_.causal) continue;
            status = run_gradients<Keys>();
            if (status != cudaSuccess) return status;
        }
        if (args_.causal) return cudaSuccess;
        args_.first_segment = 0;
        return run_gradients<Keys>();
    }

    template <bool tensor>
    cudaError_t run_state() {
        constexpr int kCount = backward_units_per_block<D, tensor>();
        args_.unit_groups = (args_.units + kCount - 1) / kCount;
        int bytes = 0;
        for (int group = 0; group < args_.unit_groups; ++group) {
            const BackwardSpan span =
                backward_span<D, tensor>(args_.units, args_.features.p_units, group);
            const BackwardStateLayout<D, Terms> layout(span, tensor);
            bytes = std::max(bytes, layout.total(tensor, span.last - span.first));
        }
        const dim3 grid(static_cast<unsigned>(args_.wave * args_.unit_groups), rows_);
        return enqueue(backward_state_kernel<D, Terms, tensor>, grid,
                       backward_state_warps<D>() * 32, bytes);
    }

    template <typename Form>
    cudaError_t run_form() {
        const std::int64_t first = args_.first_segment * args_.segment;
        const std::int64_t last = args_.segment > 0 && args_.causal
                                      ? std::min(first + args_.wave * args_.segment, args_.length)
                                      : args_.length;
        const GradientFeatures& f = args_.features;
        const bool states = args_.segment > 0;
        const GradientLayout<Form> layout(f.blocks, f.p_padded, states, args_.causal || !states);
        const dim3 grid(static_cast<unsigned>((last - first + Form::Rows - 1) / Form::Rows), rows_);
        return enqueue(gradient_kernel<Form>, grid, Form::Threads, layout.bytes);
    }

    // The usual shapes keep all of a row's factors in registers; the others read
    // them from shared memory.
    template <bool Keys>
    cudaError_t run_gradients() {
        const GradientFeatures& f = args_.features;
        if (f.p_padded == 0) return run_form<GradientForm<D, 0, false, Keys, Terms>>();
        if constexpr (D == 32) {
            if (f.blocks == 1 && f.p_padded == 32)
                return run_form<GradientForm<D, 2, true, Keys, Terms>>();
        }
        if constexpr (D == 64) {
            if (f.blocks == 1 && f.p_padded == 16)
                return run_form<GradientForm<D, 1, true, Keys, Terms>>();
        }
        return run_form<GradientForm<D, 4, false, Keys, Terms>>();
    }

    BackwardArguments args_;
    const FusedPlan& plan_;
    unsigned rows_;
    cudaStream_t stream_;
    bool can_overlap_ = false;
    bool first_ = true;  // nothing but the prepare kernel was enqueued yet
};

}  // namespace slay::kernels

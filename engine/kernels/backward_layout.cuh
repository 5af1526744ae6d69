// Shapes and shared memory of the gradient kernel.
#pragma once

#include "engine/kernels/backward_arguments.cuh"

namespace slay::kernels {

// What one instance of the gradient kernel is built for.
//   PolySteps: P / 16 rounded up at most; 0 without a second factor
//   OneBlock: G <= 32: one walk forms all gradients of a row, in registers
//   Keys: the keys' side is differentiated (dk and dv), else the queries' (dq)
template <int D_, int PolySteps_, bool OneBlock_, bool Keys_, int Terms_>
struct GradientForm {
    static constexpr int D = D_, PolySteps = PolySteps_, Terms = Terms_;
    static constexpr bool OneBlock = OneBlock_, Keys = Keys_;
    static constexpr bool HasPoly = PolySteps > 0;
    // Each with one 16-row tile. Sixteen warps on a multiprocessor hide more
    // latency than eight of two tiles, which would use the operands in shared
    // memory twice.
    static constexpr int Warps = OneBlock && Terms == 1 ? 8 : 4, Threads = Warps * 32;
    static constexpr int Rows = Warps * 16;
    static constexpr int Others =
        Terms == 1 && (OneBlock || D < 128) ? 64 : 32;  // positions of the other side at a time
    // Units of the state at a time; a multiple of four where there are several p.
    static constexpr int StageUnits = !HasPoly ? 1 : D <= 32 ? 8 : 4;
    static constexpr int StagePlane = StageUnits * 32 * (D + 8);
    static constexpr int RawPlane = Others * (D + 8);
    static constexpr int MinBlocks = OneBlock ? 2 : 1;
};

template <typename Form>
struct GradientLayout {
    int g_stride, p_stride, dp_stride;  // elements
    int g_plane, p_plane;               // elements, of the target's factors
    int p_at, dp_at, shared_at;         // bytes; `shared_at`: states or the other side
    int raw_bytes;                      // u, x, w and inverses of one tile of the other side
    int others_g_at, others_g_plane, others_p_at, others_p_plane;
    int bytes;
    __host__ __device__ GradientLayout(int blocks, int p_padded, bool states, bool others) {
        g_stride = blocks * 32 + 8;
        p_stride = p_padded + 8;
        dp_stride = p_padded + 4;
        g_plane = Form::Rows * g_stride;
        p_plane = Form::Rows * p_stride;
        p_at = Form::Terms * g_plane * 2;
        dp_at = p_at + (Form::HasPoly ? Form::Terms * p_plane * 2 : 0);
        shared_at = dp_at + (Form::HasPoly ? Form::Rows * dp_stride * 4 : 0);
        raw_bytes = 2 * Form::Terms * Form::RawPlane * 2 + Form::Others * 8;
        others_g_at = shared_at + 2 * raw_bytes;
        others_g_plane = Form::Others * g_stride;
        others_p_at = others_g_at + Form::Terms * others_g_plane * 2;
        others_p_plane = Form::Others * p_stride;
        const int others_bytes = others ? others_p_at - shared_at +
                                              (Form::HasPoly ? Form::Terms * others_p_plane * 2 : 0)
                                        : 0;
        const int states_bytes = states ? 2 * Form::Terms * Form::StagePlane * 2 : 0;
        bytes = shared_at + (others_bytes > states_bytes ? others_bytes : states_bytes);
    }
};

}  // namespace slay::kernels

// Errors between the production form and the plain float64 form.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/attention/builtin_variants.h"
#include "engine/core/result.h"

namespace slay {

// ||a - b|| / ||b||, in float64; NaN where anything is NaN.
double relative_l2(const at::Tensor& a, const at::Tensor& b);

// Rows [B, H, L] (bool) whose denominator is not near zero: |D_i| > fraction * median |D|.
at::Tensor well_conditioned(const at::Tensor& denominators, double fraction);

// The plain form's view of an attention: its buffers and parameters.
PlainInput plain_input(const Attention& attention, const at::Tensor& q, const at::Tensor& k,
                       const at::Tensor& v);

struct CaseInput {
    at::Tensor q, k, v, dy;  // [B, H, L, d], float64, on the CPU
};

// q, k, v and dy of the seed; entries are odd multiples of 1/128 below 2, which every type holds
// exactly, so that one reference serves all types, and none is zero, where ReLU has no derivative.
CaseInput exact_case(std::int64_t batch, std::int64_t heads, std::int64_t length,
                     std::int64_t head_dim, std::uint64_t seed);

// The plain form of one case. `rows` are those compared; dy is zero in the others.
struct Reference {
    at::Tensor output, dq, dk, dv;
    at::Tensor dy;
    at::Tensor rows;  // [B, H, L, 1], float64 0 or 1
    std::int64_t rows_left_out = 0;
};
Reference reference(const VariantImplementation& variant, const Attention& attention,
                    const CaseInput& input);

struct CaseErrors {
    double output = 0;
    // The worst of dq, dk and dv, each relative to its own norm or, where that is less, to a tenth
    // of the norm of all three (at L = 1 the gradients of q and k vanish but for delta).
    double gradient = 0;
    std::string backend;  // what ran where a gradient was wanted; see Attention::backend
    // On a GPU: the output of a pass without gradients, which may take another kernel.
    std::optional<double> alone;
    std::string alone_backend;
};

// Runs forward and backward on the device, on fresh memory filled with NaN.
CaseErrors compare(Attention& attention, const CaseInput& input, const Reference& reference,
                   at::Device device, DataType type);

// "cpu", "cuda", "cuda:1" or "auto" (CUDA where there is one).
Result<at::Device> parse_device(const std::string& text);

}  // namespace slay

// The attention variants this engine was built with: one row each, in the catalog's order.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/attention/attention.h"
#include "engine/core/variant_info.h"

namespace slay {

// What a plain form reads: float64 tensors [B, H, L, d] and float64 buffers on the CPU.
struct PlainInput {
    at::Tensor q, k, v;
    const BufferMap& buffers;
    bool causal = true;
    double epsilon = 1e-6;            // C = 2 + epsilon
    std::int64_t poly_features = 32;  // P, where no buffer tells it (TensorSketch)
    double delta = kDenominatorDelta;
};

struct PlainOutput {
    at::Tensor output;        // [B, H, L, d]
    at::Tensor denominators;  // [B, H, L]; undefined for softmax
    at::Tensor magnitudes;    // sum_j |K_ij|, [B, H, L]; undefined for softmax
};

// Relative L2 error allowed between the production form and the plain float64 form.
struct ErrorBound {
    double output = 0;
    double gradient = 0;
};

struct VariantImplementation {
    std::string_view name;
    std::unique_ptr<Attention> (*create)(const AttentionConfig& config) = nullptr;
    // The formula written down: quadratic, float64, differentiable, no code in common with
    // forward().
    PlainOutput (*plain)(const PlainInput& input) = nullptr;
    ErrorBound (*bound)(DataType type) = nullptr;
    // Empty, or why the variant cannot run so ("flash attention takes no float32").
    std::string (*unsupported)(const AttentionConfig& config, at::Device device,
                               DataType type) = nullptr;
};

// Throws std::logic_error when the list and the catalog disagree or a name comes twice.
const std::vector<VariantImplementation>& builtin_variants();

// The check behind builtin_variants(): same names, same order, none twice.
void check_registry(const std::vector<VariantImplementation>& rows);

// nullptr when there is no variant of that name.
const VariantImplementation* find_implementation(std::string_view name);

// Throws std::invalid_argument on an unknown name. Absent parameters take the catalog's defaults.
std::unique_ptr<Attention> make_attention(std::string_view variant, const AttentionConfig& config);

// The variant's parameters with the catalog's default for each absent one.
Parameters with_defaults(const VariantInfo& info, const Parameters& given);

// Empty, or the reason: shape limits common to all variants, then the variant's own.
std::string unsupported_reason(std::string_view variant, const AttentionConfig& config,
                               at::Device device, DataType type);

}  // namespace slay

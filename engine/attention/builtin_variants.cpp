#include "engine/attention/builtin_variants.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <stdexcept>

#include "engine/attention/arithmetic.h"
#include "engine/attention/own/own_attention.h"
#include "engine/attention/variants.h"
#include "engine/core/own_variant.h"

namespace slay {
namespace {

// Relative L2 against the plain form. float64 and float32: what the conformance grid shows, with a
// margin of about five. bf16 and fp16: the rounding of the output, or of a gradient, to 8 or 11
// significant bits; gradients also see the rounding of y. tf32: products of operands with 11 bits,
// several one after the other.
ErrorBound ordinary(DataType type) {
    switch (type) {
        case DataType::float64:
            return {1e-10, 1e-9};
        case DataType::float32:
            return {1e-5, 1e-4};
        case DataType::tf32:
            return {2e-3, 4e-3};
        case DataType::bfloat16:
            return {5e-3, 1e-2};
        case DataType::float16:
            return {1e-3, 2e-3};
    }
    return {};
}

// Cancellation in a signed estimate, or in x^2 / (C - 2x) near x = 1, costs digits that only the
// compute type's own rounding shows.
ErrorBound cancelling(DataType type) {
    switch (type) {
        case DataType::float64:
            return {1e-9, 1e-8};
        case DataType::float32:
            return {1e-4, 5e-4};
        case DataType::tf32:
            return {2e-2, 4e-2};
        default:
            return ordinary(type);
    }
}

// Softmax in a half type keeps the weights of a row in that type.
ErrorBound softmax(DataType type) {
    switch (type) {
        case DataType::bfloat16:
            return {1.5e-2, 4e-2};
        case DataType::float16:
            return {2e-3, 5e-3};
        default:
            return ordinary(type);
    }
}

// relu's derivative is a step. A projection rounded to TF32's 11 bits lies on the other side of it
// for a share p of the features, which moves a gradient by sqrt(2 p): p = 1.0e-4 and 1.4e-2 for
// Gaussian q of d = 32, without a kernel being wrong. float32's p is 10^4 times less.
ErrorBound rectified(DataType type) {
    return type == DataType::tf32 ? ErrorBound{2e-3, 4e-2} : ordinary(type);
}

std::string anywhere(const AttentionConfig&, at::Device, DataType) {
    return {};
}

std::vector<VariantImplementation> build() {
    return {
        {"standard", make_standard, plain_softmax, softmax, anywhere},
        {"standard-fused", make_standard_fused, plain_softmax, softmax, standard_fused_unsupported},
        {"performer", make_performer, plain_performer, rectified, anywhere},
        {"linear", make_linear, plain_linear, ordinary, anywhere},
        {"cosformer", make_cosformer, plain_cosformer, ordinary, anywhere},
        {"yat-spherical", make_yat_spherical, plain_yat_spherical, cancelling, anywhere},
        {"yat-performer-anchor", make_yat_anchor, plain_yat_anchor, ordinary, anywhere},
        {"yat-performer-laplace", make_yat_laplace, plain_yat_laplace, ordinary, anywhere},
        {"yat-performer", make_yat_hadamard, plain_yat_hadamard, ordinary, anywhere},
        {"yat-performer-tensor", make_yat_tensor_sketch, plain_yat_tensor_sketch, cancelling,
         anywhere},
        {"yat-performer-rm", make_yat_random_maclaurin, plain_yat_random_maclaurin, cancelling,
         anywhere},
        {"yat-performer-nystrom", make_yat_nystrom, plain_yat_nystrom, cancelling, anywhere},
    };
}

}  // namespace

void check_registry(const std::vector<VariantImplementation>& rows) {
    const auto& catalog = variant_catalog();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string name(rows[i].name);
        for (std::size_t j = 0; j < i; ++j)
            if (rows[j].name == rows[i].name)
                throw std::logic_error("the variant '" + name + "' is registered twice");
        if (i >= catalog.size() || catalog[i].name != name)
            throw std::logic_error("the variant '" + name + "' is not at its place in the catalog");
    }
    if (rows.size() != catalog.size())
        throw std::logic_error("the catalog lists '" + catalog[rows.size()].name +
                               "', which has no implementation");
}

const std::vector<VariantImplementation>& builtin_variants() {
    static const std::vector<VariantImplementation> rows = [] {
        auto built = build();
        check_registry(built);
        return built;
    }();
    return rows;
}

const VariantImplementation* find_implementation(std::string_view name) {
    if (is_own_variant(name)) return &own_implementation();
    const auto& rows = builtin_variants();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const auto& each) { return each.name == name; });
    return row == rows.end() ? nullptr : &*row;
}

Parameters with_defaults(const VariantInfo& info, const Parameters& given) {
    Parameters result;
    for (const ParameterInfo& parameter : info.parameters) {
        const ParameterValue* value = given.find(parameter.id);
        result.set(parameter.id, value ? *value : parameter.fallback);
    }
    return result;
}

std::unique_ptr<Attention> make_attention(std::string_view variant, const AttentionConfig& config) {
    const VariantImplementation* row = find_implementation(variant);
    if (!row)
        throw std::invalid_argument("there is no attention variant '" + std::string(variant) + "'");
    use_full_accumulation();
    AttentionConfig complete = config;
    complete.parameters = with_defaults(*find_variant(variant), config.parameters);
    const at::NoGradGuard no_grad;
    return row->create(complete);
}

std::string unsupported_reason(std::string_view variant, const AttentionConfig& config,
                               at::Device device, DataType type) {
    const VariantImplementation* row = find_implementation(variant);
    if (!row) return "there is no attention variant '" + std::string(variant) + "'";
    if (config.heads < 1) return "the number of heads must be positive";
    if (config.head_dim < 4 || config.head_dim > 256 || config.head_dim % 4 != 0)
        return "the head dimension must be a multiple of 4 up to 256, not " +
               std::to_string(config.head_dim);
    AttentionConfig complete = config;
    complete.parameters = with_defaults(*find_variant(variant), config.parameters);
    if (type == DataType::tf32 && !device.is_cuda())
        return "TF32 is arithmetic of a GPU's tensor cores; take float32 on a CPU";
    return row->unsupported(complete, device, type);
}

}  // namespace slay

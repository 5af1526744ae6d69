#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <stdexcept>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/chunk_plan.h"
#include "engine/attention/comparison.h"
#include "engine/attention/layer.h"
#include "engine/core/data_type.h"
#include "tests/attention/checks.h"

namespace slay::checks {
namespace {

AttentionConfig config_of(std::int64_t heads, std::int64_t head_dim) {
    AttentionConfig config;
    config.heads = heads;
    config.head_dim = head_dim;
    config.seed = 2;
    return config;
}

}  // namespace

std::vector<std::string> variant_names() {
    std::vector<std::string> names;
    for (const VariantImplementation& row : builtin_variants()) names.emplace_back(row.name);
    return names;
}

double leak_from_future(std::string_view variant) {
    AttentionConfig config = config_of(2, 8);
    config.plan = ChunkPlan{8, 16};
    const auto attention = make_attention(variant, config);
    const CaseInput before = exact_case(2, 2, 45, 8, 1);
    const CaseInput after = exact_case(2, 2, 45, 8, 2);
    const at::NoGradGuard no_grad;
    const at::Tensor whole = attention->forward(before.q, before.k, before.v);
    double leak = 0;
    for (const std::int64_t kept : {1, 7, 8, 20, 44}) {
        const auto spliced = [&](const at::Tensor& a, const at::Tensor& b) {
            return at::cat({a.narrow(2, 0, kept), b.narrow(2, kept, 45 - kept)}, 2);
        };
        const at::Tensor changed = attention->forward(
            spliced(before.q, after.q), spliced(before.k, after.k), spliced(before.v, after.v));
        const at::Tensor difference = (changed - whole).narrow(2, 0, kept);
        leak = std::max(leak, difference.abs().max().item<double>());
    }
    return leak;
}

NonPositiveRows nonpositive_rows(std::string_view variant) {
    AttentionConfig config = config_of(3, 16);
    config.parameters.set("poly_features", std::int64_t{8});
    config.plan = ChunkPlan{16, 32};
    const auto attention = make_attention(variant, config);
    const CaseInput input = exact_case(2, 3, 100, 16, 4);
    const PlainOutput plain =
        find_implementation(variant)->plain(plain_input(*attention, input.q, input.k, input.v));
    NonPositiveRows result;
    result.counted = attention->nonpositive_rows(input.q, input.k);
    result.plain = (plain.denominators <= 0).sum().item<std::int64_t>();
    result.rows = plain.denominators.numel();
    return result;
}

ParallelCase parallel_vectors(std::string_view data_type) {
    const DataType type = *parse_data_type(data_type);
    const auto attention = make_attention("yat-spherical", config_of(2, 16));
    const CaseInput input = exact_case(1, 2, 60, 16, 6);
    const PlainOutput plain = find_implementation("yat-spherical")
                                  ->plain(plain_input(*attention, input.q, input.q, input.v));
    const auto leaf = [&](const at::Tensor& x) {
        return x.to(scalar_type(type)).requires_grad_(true);
    };
    const at::Tensor q = leaf(input.q), k = leaf(input.q), v = leaf(input.v);
    const at::Tensor output = attention->forward(q, k, v);
    ParallelCase result;
    result.output_error = relative_l2(output, plain.output);
    result.finite_gradients = true;
    for (const at::Tensor& gradient :
         torch::autograd::grad({output}, {q, k, v}, {at::ones_like(output)}))
        result.finite_gradients &= gradient.isfinite().all().item<bool>();
    return result;
}

std::string registry_complaint(std::string_view damage) {
    std::vector<VariantImplementation> rows = builtin_variants();
    if (damage == "twice") rows[3] = rows[2];
    if (damage == "order") std::swap(rows[4], rows[5]);
    if (damage == "missing") rows.pop_back();
    try {
        check_registry(rows);
    } catch (const std::logic_error& error) {
        return error.what();
    }
    return {};
}

std::string replace_buffer_complaint(std::string_view name) {
    const auto attention = make_attention("yat-performer-anchor", config_of(2, 8));
    const Status status = attention->replace_buffer(name, at::zeros({3, 3}, at::kDouble));
    return status ? std::string() : status.error().message;
}

double error_with_wrong_buffer(std::string_view variant) {
    const auto attention = make_attention(variant, config_of(2, 8));
    const CaseInput input = exact_case(1, 2, 50, 8, 8);
    const Reference expected = reference(*find_implementation(variant), *attention, input);
    const at::Tensor omega = attention->buffers().find("omega")->second;
    if (!attention->replace_buffer("omega", omega * 1.05)) return -1;
    return compare(*attention, input, expected, at::kCPU, DataType::float32).output;
}

std::string fused_backend(std::string_view backend) {
    AttentionConfig config = config_of(2, 16);
    config.parameters.set("backend", std::string(backend));
    const std::string refused =
        unsupported_reason("standard-fused", config, at::kCPU, DataType::float32);
    if (!refused.empty()) return "unsupported: " + refused;
    const auto attention = make_attention("standard-fused", config);
    const CaseInput input = exact_case(1, 2, 33, 16, 8);
    const auto as_float = [](const at::Tensor& x) { return x.to(at::kFloat); };
    attention->forward(as_float(input.q), as_float(input.k), as_float(input.v));
    return attention->backend();
}

double layer_error() {
    constexpr std::int64_t heads = 4, d = 8, width = heads * d, batch = 2, length = 19;
    const LayerWeights weights =
        draw_layer_weights(width, 3, at::kDouble, at::kCPU, /*requires_grad=*/false);
    Layer layer(make_attention("linear", config_of(heads, d)), weights);
    const at::Tensor x = exact_case(batch, 1, length, width, 5).q.squeeze(1);
    // Head h of q is rows h*d .. h*d + d-1 of the first E rows of the projection.
    std::vector<at::Tensor> merged;
    for (std::int64_t h = 0; h < heads; ++h) {
        const auto part = [&](std::int64_t which) {
            const at::Tensor rows = weights.qkv.narrow(0, which * width + h * d, d);
            return x.matmul(rows.t()).unsqueeze(1);
        };
        const BufferMap none;
        merged.push_back(find_implementation("linear")
                             ->plain({.q = part(0), .k = part(1), .v = part(2), .buffers = none})
                             .output.squeeze(1));
    }
    const at::Tensor expected = at::cat(merged, -1).matmul(weights.output.t());
    return relative_l2(layer.forward(x), expected);
}

bool layers_are_tied() {
    const auto draw = [](std::uint64_t seed) {
        return draw_layer_weights(32, seed, at::kFloat, at::kCPU, false);
    };
    const LayerWeights a = draw(1), b = draw(1), c = draw(2);
    return a.qkv.equal(b.qkv) && a.output.equal(b.output) && !a.qkv.equal(c.qkv);
}

double parameter_error(std::string_view variant, std::int64_t nodes, std::int64_t prf_features,
                       std::int64_t poly_features) {
    AttentionConfig config = config_of(2, 12);
    config.parameters.set("nodes", nodes);
    config.parameters.set("prf_features", prf_features);
    config.parameters.set("poly_features", poly_features);
    config.plan = ChunkPlan{16, 32};
    const auto attention = make_attention(variant, config);
    const VariantImplementation& row = *find_implementation(variant);
    const CaseInput input = exact_case(1, 2, 70, 12, 8);
    const CaseErrors errors =
        compare(*attention, input, reference(row, *attention, input), at::kCPU, DataType::float32);
    const ErrorBound bound = row.bound(DataType::float32);
    return std::max(errors.output / bound.output, errors.gradient / bound.gradient);
}

double strided_difference(std::string_view variant) {
    AttentionConfig config = config_of(3, 8);
    config.plan = ChunkPlan{8, 24};
    const auto attention = make_attention(variant, config);
    const at::Tensor qkv = exact_case(2, 1, 50, 3 * 24, 3).q.squeeze(1).to(at::kFloat);
    const auto parts =
        qkv.view({2, 50, 3, 3, 8}).permute({2, 0, 3, 1, 4}).unbind(0);  // as Layer::project
    const at::Tensor strided = attention->forward(parts[0], parts[1], parts[2]);
    const at::Tensor packed =
        attention->forward(parts[0].contiguous(), parts[1].contiguous(), parts[2].contiguous());
    return (strided - packed).abs().max().item<double>();
}

PlanSummary plan_for(std::int64_t batch_heads, std::int64_t length, std::int64_t outer,
                     std::int64_t inner, std::int64_t head_dim, bool causal, bool cuda) {
    const ChunkPlan plan = choose_plan({.batch_heads = batch_heads,
                                        .length = length,
                                        .outer = outer,
                                        .inner = inner,
                                        .columns = head_dim + 1,
                                        .causal = causal,
                                        .cuda = cuda});
    const double features = static_cast<double>(std::max<std::int64_t>(outer, 1) * inner);
    return {plan.chunk, plan.block,
            static_cast<double>(batch_heads) * static_cast<double>(plan.block) * features};
}

}  // namespace slay::checks

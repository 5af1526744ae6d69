#include "engine/attention/golden_file.h"

#include <ATen/ATen.h>

#include "engine/core/golden_data.h"

namespace slay {
namespace {

at::Tensor to_tensor(const GoldenTensor& data) {
    at::Tensor result = at::empty(data.sizes, at::kDouble);
    std::copy(data.values.begin(), data.values.end(), result.data_ptr<double>());
    return result;
}

}  // namespace

Result<GoldenFile> read_golden(const std::string& path) {
    const Result<GoldenData> read = read_golden_data(path);
    if (!read) return read.error();
    GoldenFile file;
    file.name = read->name;
    file.causal = read->causal;
    file.batch = read->batch;
    file.length = read->length;
    file.heads = read->heads;
    file.head_dim = read->head_dim;
    file.nodes = read->nodes;
    file.prf_features = read->prf_features;
    file.poly_features = read->poly_features;
    file.shared_features = read->shared_features;
    file.epsilon = read->epsilon;
    file.delta = read->delta;
    file.q = to_tensor(read->q);
    file.k = to_tensor(read->k);
    file.v = to_tensor(read->v);
    for (const GoldenVariantData& each : read->variants) {
        GoldenVariant variant;
        variant.name = each.name;
        for (const auto& [key, buffer] : each.buffers)
            variant.buffers.emplace(key, to_tensor(buffer));
        variant.output = to_tensor(each.output);
        variant.grad_q = to_tensor(each.grad_q);
        variant.grad_k = to_tensor(each.grad_k);
        variant.grad_v = to_tensor(each.grad_v);
        file.variants.push_back(std::move(variant));
    }
    return file;
}

}  // namespace slay

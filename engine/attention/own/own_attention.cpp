#include "engine/attention/own/own_attention.h"

#include <ATen/ATen.h>

#include <sstream>
#include <stdexcept>

#include "engine/core/own_variant.h"
#include "engine/core/sha256.h"

namespace slay {
namespace {

std::unique_ptr<Attention> make_own(const AttentionConfig& config) {
    return std::make_unique<OwnAttention>(config);
}

ErrorBound no_bound(DataType) {
    return {};
}

std::string own_unsupported(const AttentionConfig& config, at::Device, DataType) {
    if (!is_sha256(config.parameters.text("sha256")))
        return "the plan does not say which bytes of the file are meant";
    return {};
}

// "[2, 8, 37, 64] of float"
std::string shape_text(const at::Tensor& x) {
    std::ostringstream text;
    text << x.sizes() << " of " << x.scalar_type() << " on " << x.device();
    return text.str();
}

}  // namespace

void OwnAttention::to(at::Device device, at::ScalarType type) {
    if (module_ && device == device_ && type == type_) return;
    module_ = load_own_module(config().parameters.text("file"), config().parameters.text("sha256"),
                              device, type);
    device_ = device;
    type_ = type;
}

at::Tensor OwnAttention::forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    to(q.device(), q.scalar_type());
    at::Tensor y = module_->call(q, k, v, config().causal);
    if (!y.defined() || !y.sizes().equals(v.sizes()) || y.scalar_type() != v.scalar_type() ||
        y.device() != v.device())
        throw WrongOutput("its output is " + (y.defined() ? shape_text(y) : "undefined") +
                          "; expected " + shape_text(v));
    return y;
}

std::string OwnAttention::backend() const {
    return std::string(to_string(own_format(config().parameters.text("file"))));
}

const VariantImplementation& own_implementation() {
    static const VariantImplementation row{"own", make_own, nullptr, no_bound, own_unsupported};
    return row;
}

}  // namespace slay

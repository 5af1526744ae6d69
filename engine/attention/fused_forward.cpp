#include "engine/attention/fused_forward.h"

#include <ATen/ATen.h>

#include <cmath>

#if SLAY_HAS_CUDA
#include <torch/csrc/autograd/custom_function.h>

#include "engine/kernels/fused_backward_torch.h"
#include "engine/kernels/fused_linear_torch.h"
#include "engine/kernels/fused_refusal.h"
#include "engine/kernels/tensor_views.h"
#endif

namespace slay {

#if SLAY_HAS_CUDA

struct FusedForward::Kernels {
    explicit Kernels(const kernels::FeatureMap& map) : forward(map), backward(map) {}
    kernels::FusedLinear forward;
    kernels::FusedBackward backward;
};

namespace {

// What a pass needs beside its tensors, carried through the autograd graph.
template <typename Kernels>
struct Holder : torch::CustomClassHolder {
    Holder(std::shared_ptr<Kernels> k, bool c, double d)
        : kernels(std::move(k)), causal(c), delta(d) {}
    std::shared_ptr<Kernels> kernels;
    bool causal;
    double delta;
};

// y of the fused forward pass, whose gradients the fused backward pass computes.
template <typename Kernels>
class FusedFunction : public torch::autograd::Function<FusedFunction<Kernels>> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& q,
                              const at::Tensor& k, const at::Tensor& v,
                              const c10::intrusive_ptr<Holder<Kernels>>& holder) {
        const auto result =
            holder->kernels->forward.forward(q, k, v, holder->causal, holder->delta, true);
        context->save_for_backward({q, k, v, result.y, result.correction, result.denominators});
        context->saved_data["pass"] = c10::IValue::make_capsule(holder);
        return result.y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list dy) {
        const auto saved = context->get_saved_variables();
        const auto holder = c10::static_intrusive_pointer_cast<Holder<Kernels>>(
            context->saved_data["pass"].toCapsule());
        const auto gradients = holder->kernels->backward.backward(
            {saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], dy[0]}, holder->causal,
            holder->delta);
        return {gradients.q, gradients.k, gradients.v, at::Tensor()};
    }
};

}  // namespace

std::optional<at::Tensor> FusedForward::forward(const at::Tensor& q, const at::Tensor& k,
                                                const at::Tensor& v, bool causal, double delta) {
    const bool gradient =
        at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad());
    if (!kernels::unfit_inputs(q, k, v).empty() ||
        !kernels::fused_refusal(kernels::fused_shape(q, causal), kernels_->forward.features(),
                                kernels_->backward.features(), gradient, kernels::limits_of(q))
             .empty())
        return std::nullopt;
    if (!gradient) return kernels_->forward.forward(q, k, v, causal, delta).y;
    const auto pass = c10::make_intrusive<Holder<Kernels>>(kernels_, causal, delta);
    if (q.scalar_type() != at::kHalf) return FusedFunction<Kernels>::apply(q, k, v, pass);
    // As kernels::computed_in says; the operands of two terms hold float16 exactly.
    return FusedFunction<Kernels>::apply(q.to(at::kFloat), k.to(at::kFloat), v.to(at::kFloat), pass)
        .to(at::kHalf);
}

std::string fused_refusal(const kernels::FeatureMap& map, const AttentionConfig& config,
                          const KernelQuestion& question) {
    kernels::FusedShape shape;
    shape.heads = config.heads;
    shape.length = question.length;
    shape.head_dim = static_cast<int>(config.head_dim);
    shape.causal = config.causal;
    switch (question.type) {
        case DataType::float64:
            return "no kernel computes in float64";
        case DataType::float32:
        case DataType::tf32:
            shape.element = kernels::Element::float32;
            break;
        case DataType::bfloat16:
            shape.element = kernels::Element::bfloat16;
            break;
        case DataType::float16:
            shape.element = kernels::Element::float16;
            break;
    }
    return kernels::fused_refusal(shape, kernels::describe_features(map),
                                  kernels::describe_gradients(map), question.gradient);
}

#else

std::string fused_refusal(const kernels::FeatureMap&, const AttentionConfig&,
                          const KernelQuestion&) {
    return "this program was built without its CUDA kernels";
}

// Built without CUDA: there is no kernel to take.
struct FusedForward::Kernels {
    explicit Kernels(const kernels::FeatureMap&) {}
};

std::optional<at::Tensor> FusedForward::forward(const at::Tensor&, const at::Tensor&,
                                                const at::Tensor&, bool, double) {
    return std::nullopt;
}

#endif

FusedForward::FusedForward(const kernels::FeatureMap& map)
    : kernels_(std::make_shared<Kernels>(map)) {}

FusedForward::~FusedForward() = default;

std::vector<double> values_of(const at::Tensor& tensor) {
    const at::Tensor flat = tensor.to(at::kDouble).contiguous().view({-1});
    const double* data = flat.const_data_ptr<double>();
    return {data, data + flat.numel()};
}

std::vector<double> identity_projection(std::int64_t head_dim) {
    return values_of(at::eye(head_dim, at::kDouble));
}

kernels::FeatureMap fused_exponential(const at::Tensor& nodes, const at::Tensor& weights,
                                      const at::Tensor& omega, bool squared) {
    const std::int64_t count = omega.size(0), heads = omega.size(1), d = omega.size(2),
                       features = omega.size(3);
    kernels::FeatureMap map;
    map.factor = squared ? kernels::Factor::exponential_square : kernels::Factor::exponential;
    map.normalise = true;
    map.heads = static_cast<int>(heads);
    map.head_dim = static_cast<int>(d);
    map.g = static_cast<int>(count * features);
    // z = sqrt(2 s_r) omega . u
    map.omega = values_of((omega * (2 * nodes).sqrt().view({-1, 1, 1, 1})).permute({1, 0, 3, 2}));
    // log sqrt(w_r / M) - s_r; squared: z^2 / (2 s_r sqrt(M)) takes the place of (omega . u)^2 /
    // sqrt(M)
    const double m = std::log(static_cast<double>(features));
    at::Tensor offset = weights.log() / 2 - m / 2 - nodes;
    if (squared) offset = offset - m / 2 - (2 * nodes).log();
    map.offset = values_of(offset.repeat_interleave(features));
    return map;
}

void set_fused_squares(kernels::FeatureMap& map, const at::Tensor& anchors) {
    const auto count = static_cast<double>(anchors.size(0));
    map.poly = kernels::Poly::product;
    map.p = static_cast<int>(anchors.size(0));
    map.first = values_of(anchors * std::pow(count, -0.25));
}

void set_fused_products(kernels::FeatureMap& map, const at::Tensor& first,
                        const at::Tensor& second) {
    const double root = std::pow(static_cast<double>(first.size(0)), -0.25);
    map.poly = kernels::Poly::product;
    map.p = static_cast<int>(first.size(0));
    map.first = values_of(first * root);
    map.second = values_of(second * root);
    map.cancels = true;
}

}  // namespace slay

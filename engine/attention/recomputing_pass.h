// A pass of attention whose gradients come from a function of its own, as a node of autograd's
// graph: it keeps q, k, v, y and D (and what rounding took from y), and recomputes the rest.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "engine/attention/linear_attention.h"

namespace slay {

// `Forward` and `Backward` are a pass and its gradients (dq, dk, dv of dy), as
// linear_attention_forward and linear_attention_backward; Options has `keep_correction`.
template <typename Options, auto Forward, auto Backward>
class RecomputingPass
    : public torch::autograd::Function<RecomputingPass<Options, Forward, Backward>> {
    struct Holder : torch::CustomClassHolder {
        explicit Holder(Options o) : options(std::move(o)) {}
        Options options;
    };
    using HolderPtr = c10::intrusive_ptr<Holder>;

  public:
    // y, [B, H, L, d]. Differentiable once.
    static at::Tensor of(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         Options options) {
        options.keep_correction = wants_correction(q, k, v);
        return RecomputingPass::apply(q, k, v, c10::make_intrusive<Holder>(std::move(options)));
    }

    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& q,
                              const at::Tensor& k, const at::Tensor& v, const HolderPtr& holder) {
        LinearAttentionResult result = Forward(q, k, v, holder->options);
        context->save_for_backward(
            {q, k, v, result.output, result.denominators, result.correction});
        context->saved_data["options"] = c10::IValue::make_capsule(holder);
        return result.output;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto holder =
            c10::static_intrusive_pointer_cast<Holder>(context->saved_data["options"].toCapsule());
        QkvGradients result = Backward(saved[0], saved[1], saved[2],
                                       LinearAttentionResult{saved[3], saved[4], saved[5]},
                                       gradients[0], holder->options);
        return {result.q, result.k, result.v, at::Tensor()};
    }
};

}  // namespace slay

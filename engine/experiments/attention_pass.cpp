#include "engine/experiments/attention_pass.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "engine/attention/builtin_variants.h"

namespace slay {

AttentionPass::AttentionPass(const PointSetup& setup, const SharedInputs& inputs)
    : inputs_(inputs), pass_(setup.pass) {
    std::unique_ptr<Attention> core = make_attention(setup.variant, setup.attention_config());
    const at::Tensor& any = setup.layer ? inputs.x : inputs.q;
    core->to(any.device(), any.scalar_type());
    if (setup.layer) {
        layer_ = std::make_unique<Layer>(std::move(core), inputs.weights);
    } else {
        core_ = std::move(core);
    }
}

at::Tensor AttentionPass::forward() {
    return layer_ ? layer_->forward(inputs_.x) : core_->forward(inputs_.q, inputs_.k, inputs_.v);
}

void AttentionPass::backward() {
    gradients_ = torch::autograd::grad({output_}, inputs_.leaves(), {inputs_.gradient});
}

at::Tensor AttentionPass::output() {
    const at::NoGradGuard no_grad;
    return forward();
}

Layer::Heads AttentionPass::heads() const {
    if (layer_) {
        const at::NoGradGuard no_grad;
        return layer_->project(inputs_.x);
    }
    return {inputs_.q, inputs_.k, inputs_.v};
}

void AttentionPass::prepare() {
    if (pass_ == Pass::backward) output_ = forward();
}

void AttentionPass::run() {
    switch (pass_) {
        case Pass::forward:
            output_ = output();
            break;
        case Pass::backward:
            backward();
            break;
        case Pass::forward_backward:
            output_ = forward();
            backward();
            break;
    }
}

void AttentionPass::release() {
    output_ = at::Tensor();
    gradients_.clear();
}

}  // namespace slay

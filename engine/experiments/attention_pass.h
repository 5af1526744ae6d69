// One pass of one variant over the shared tensors, to be run any number of times.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/attention/layer.h"
#include "engine/experiments/shared_inputs.h"
#include "engine/measure/iteration_timer.h"

namespace slay {

// Which form of a variant gave a result: the project's own kernels, or LibTorch's operators (whose
// `backend` then names the softmax kernel).
inline const char* implementation_of(const std::string& backend) {
    return backend == "fused" ? "fused" : "aten";
}

class AttentionPass final : public MeasuredPass {
  public:
    // Prepares the variant's fixed features on the device of the inputs.
    AttentionPass(const PointSetup& setup, const SharedInputs& inputs);

    void prepare() override;
    void run() override;
    void release() override;

    // One forward without gradients: [B, L, E] in the layer lane, [B, H, L, d] in the core lane.
    at::Tensor output();

    // The tensors the core sees: [B, H, L, d].
    Layer::Heads heads() const;
    Attention& core() { return layer_ ? layer_->core() : *core_; }
    std::string backend() { return core().backend(); }

  private:
    at::Tensor forward();
    void backward();

    const SharedInputs& inputs_;
    Pass pass_;
    std::unique_ptr<Layer> layer_;     // layer lane
    std::unique_ptr<Attention> core_;  // core lane
    at::Tensor output_;
    std::vector<at::Tensor> gradients_;
};

}  // namespace slay

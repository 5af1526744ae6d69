// AdamW with global gradient clipping, over the parameters of one model.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace slay {

struct AdamwOptions {
    double beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8;
    double weight_decay = 0.01;  // of matrices, as in the paper; norms and biases have none
    double clip = 1.0;  // the largest L2 norm of the whole gradient; larger ones are scaled
};

class Adamw {
  public:
    Adamw(std::vector<at::Tensor> parameters, AdamwOptions options = {});

    // The L2 norm of the whole gradient, a float64 scalar on the device; no synchronisation.
    at::Tensor gradient_norm() const;
    // Scales the gradient to the clip where `norm` is above it, and makes one step.
    void step(double learning_rate, const at::Tensor& norm);
    void zero_gradients();

    // Everything that changes: first moments, then second moments, in the parameters' order.
    std::vector<at::Tensor> moments() const;
    std::int64_t steps_made() const { return steps_made_; }
    void set_steps_made(std::int64_t count);  // after the moments were restored

  private:
    struct Group {
        std::vector<at::Tensor> parameters, first, second, counts;
        double decay = 0;
    };
    std::vector<at::Tensor> gradients(const Group& group) const;

    AdamwOptions options_;
    std::vector<at::Tensor> parameters_;
    std::vector<at::Tensor> first_, second_;
    std::vector<Group> groups_;  // decayed matrices, and the rest
    std::int64_t steps_made_ = 0;
};

}  // namespace slay

// AdamW for S models side by side: each seed has its own moments, its own gradient clipping, and
// stops alone when its loss or its gradient is no longer a number.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/task_models/seed_weights.h"

namespace slay {

struct AdamWOptions {
    double beta1 = 0.9, beta2 = 0.98, epsilon = 1e-8;
    double weight_decay = 0.01;
    double largest_norm = 1;  // a seed's gradient is scaled down to this L2 norm
};

class SeedOptimiser {
  public:
    explicit SeedOptimiser(SeedWeights& weights, const AdamWOptions& options = {});

    // One step. gradient [S, N], loss [S]. A seed whose loss or gradient norm is not finite keeps
    // its weights from this step on. Never waits for the device, and reads nothing from the host,
    // so that a recorded step can be played again; learning_rate is a tensor of one number.
    void step(const at::Tensor& gradient, const at::Tensor& loss, const at::Tensor& learning_rate);

    // For each seed the step (0 the first) at which it stopped; empty where it goes on. Waits.
    std::vector<std::optional<std::int64_t>> stopped() const;

  private:
    SeedWeights& weights_;
    AdamWOptions options_;
    at::Tensor mean_, square_;  // moments, [S, N]
    at::Tensor stopped_;        // [S] int64, -1 while a seed goes on
    at::Tensor steps_;          // [] of the weights' type, taken so far
};

}  // namespace slay

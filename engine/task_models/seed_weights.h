// The weights of S models of one shape, one row a seed, so that an optimiser step is a few
// operations on one tensor.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace slay {

// One weight of a model: its shape, how it begins, and whether it decays.
struct WeightShape {
    std::vector<std::int64_t> sizes;  // without the seeds
    double scale = 1;                 // standard deviation; 0: no draw
    double constant = 0;              // added to what is drawn
    bool decays = true;
};

class SeedWeights {
  public:
    // Drawn in float64 on the CPU from the stream "task-model" of each seed, weight by weight, then
    // converted: a seed's weights do not depend on its company.
    SeedWeights(const std::vector<WeightShape>& shapes, std::span<const std::uint64_t> seeds,
                at::ScalarType type, at::Device device);

    // [S, sizes...] of the i-th shape: a leaf that wants a gradient, in the storage of flat().
    const at::Tensor& at(std::size_t i) const { return parts_[i]; }
    const std::vector<at::Tensor>& parts() const { return parts_; }

    at::Tensor& flat() { return flat_; }                // [S, N], without a gradient
    const at::Tensor& decay() const { return decay_; }  // [1, N], 1 where weights decay, else 0
    std::int64_t count() const { return flat_.size(1); }

    // Gradients of parts() as one tensor [S, N].
    static at::Tensor join(const std::vector<at::Tensor>& gradients);

  private:
    at::Tensor flat_, decay_;
    std::vector<at::Tensor> parts_;
};

}  // namespace slay

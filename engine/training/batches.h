// The batches of a training: the same for every variant, from the seed alone.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/text/token_source.h"
#include "engine/training/training_setup.h"

namespace slay {

struct Batch {
    at::Tensor tokens;   // [B, L] int64
    at::Tensor rows;     // positions to predict in the flattened batch; undefined: all of them
    at::Tensor targets;  // [rows] int64
};

class Batches {
  public:
    // `source` must outlive it.
    Batches(const TokenSource& source, const TrainingSetup& setup, at::Device device);

    // Batch `part` of step `step` (from 1), of `accumulation` parts.
    Batch training(std::int64_t step, std::int64_t part) const;

    // Batch `index` of the validation set: the same windows (and the same masks) for every seed.
    static constexpr std::int64_t validation_batches = 16;
    Batch validation(std::int64_t index) const;

    // What a perfect model would lose on the validation set, where the source knows; next-token
    // prediction only.
    std::optional<double> validation_bound() const;

  private:
    std::vector<std::int64_t> validation_windows(std::int64_t index) const;  // [B][window]
    Batch causal(const std::vector<std::int64_t>& windows) const;
    Batch masked(std::vector<std::int64_t> windows, std::uint64_t seed, const char* stream,
                 std::uint64_t first_window) const;
    // The window of a causal model is one longer: inputs and targets are shifted by one.
    std::int64_t window_length() const {
        return setup_.length + (setup_.objective == Objective::causal_lm ? 1 : 0);
    }
    at::Tensor on_device(const std::vector<std::int64_t>& values, at::IntArrayRef sizes) const;

    const TokenSource& source_;
    TrainingSetup setup_;
    at::Device device_;
};

}  // namespace slay

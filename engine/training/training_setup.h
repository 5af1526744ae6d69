// A training point in the terms of the trainer; no Torch.
#pragma once

#include <cstdint>
#include <string>

#include "engine/core/data_type.h"
#include "engine/core/parameters.h"
#include "engine/core/point.h"

namespace slay {

enum class Objective { causal_lm, masked_lm };

struct TrainingSetup {
    std::string variant;
    Parameters own;  // the variant's own parameters
    std::int64_t layers = 2, heads = 4, width = 64, length = 128, batch = 8;
    std::int64_t steps = 1000, warmup_steps = 50, accumulation = 1;
    double learning_rate = 1e-3;
    Objective objective = Objective::causal_lm;
    // float32 and float64: everything in that type. bfloat16: mixed precision, as autocast does it:
    // matrix products and attention in bf16; weights, sums of a block, norms, softmax and loss in
    // float32.
    DataType type = DataType::float32;
    std::uint64_t seed = 0;
    std::string corpus = "generated";
    std::int64_t vocabulary = 64;  // asked for; the source says how many there are

    std::int64_t tokens_per_step() const { return batch * length * accumulation; }
};

// Absent parameters take the defaults of the schema.
TrainingSetup training_setup(const Point& point);

// Linear warm-up to `peak` over the first `warmup` steps, then half a cosine down to a tenth of it
// at `steps`. `step` counts from 1.
double learning_rate_at(std::int64_t step, std::int64_t steps, std::int64_t warmup, double peak);

}  // namespace slay

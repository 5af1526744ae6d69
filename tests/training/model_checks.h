// Checks of the models that need LibTorch, told as plain values.
#pragma once

#include <string>
#include <vector>

#include "engine/core/point.h"

namespace slay {

// The largest error of the gradient over the model's weights, each tensor along a random direction
// against a central difference of the loss in float64, relative to the derivative.
struct GradientError {
    double worst = 0;
    std::string parameter;  // of the worst
    int parameters = 0;
};
GradientError gradient_error(const Point& point);

// Whether two points start from the same weights, and see the same batches for some steps and in
// the validation set, bit for bit.
bool same_weights(const Point& a, const Point& b);
bool same_batches(const Point& a, const Point& b);

// The positions whose hidden state changes when the token at `position` does.
std::vector<std::int64_t> reached_from(const Point& point, std::int64_t position);

// Largest difference of one clipped AdamW step from the formulas written out in float64.
double adamw_error(double clip);

// Loss of the first step, with the batch in one part and in `parts`.
struct AccumulationCheck {
    double loss_difference = 0, gradient_difference = 0;
};
AccumulationCheck accumulation_check(const Point& whole, const Point& in_parts);

// A step of a model with a weight that is no number: finite, and whether any weight changed.
struct PoisonedStep {
    bool finite = true, changed = true;
};
PoisonedStep poisoned_step(const Point& point);

}  // namespace slay

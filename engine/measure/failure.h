// What an exception of LibTorch means for a point: too little memory, a lost CUDA context, or a
// failure of its own.
#pragma once

#include <exception>
#include <optional>
#include <string>

#include "engine/core/point.h"

namespace slay {

struct Failure {
    bool out_of_memory = false;
    bool context_lost = false;  // every later call on this GPU fails too
    std::string message;        // the first line of the exception, cleaned
};

// `gpu`: the index of the CUDA device in use, absent on a CPU. Asks the device whether it still
// answers, so that a sticky error is told from one that is over.
Failure classify_failure(const std::exception_ptr& exception, std::optional<int> gpu);

// A point that ended without a figure.
PointResult without_figures(PointState state, std::string reason);

// State and reason of a point that ended with `failure`: what, why, the numbers, what to do.
// `free_bytes`: what was free when it began.
PointResult failed_result(const Failure& failure, const Point& point, double free_bytes);

}  // namespace slay

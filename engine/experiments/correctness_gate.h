// Correctness gates speed: before a variant's first timing at a data type it is compared with its
// own plain float64 form (measurement.md).
#pragma once

#include <map>
#include <string>

#include "engine/attention/verify.h"
#include "engine/experiments/point_setup.h"

namespace slay {

class CorrectnessGate {
  public:
    // The comparison on this device, made once per variant, budget, head dimension, causality and
    // type; the program's later questions are answered from memory.
    const Result<GateResult>& check(const PointSetup& setup, const std::string& device);

  private:
    std::map<std::string, Result<GateResult>> known_;
};

// "implementation error 0.031 in the output, bound 0.001"
std::string describe_miss(const GateResult& gate);

// The larger of what the pass uses: of the output, and of the gradients where it has them.
double implementation_error(const GateResult& gate, Pass pass);

}  // namespace slay

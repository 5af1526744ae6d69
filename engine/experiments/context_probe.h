// One pass without gradients at one length, as the search for the longest context takes it: with
// all that it needs allocated anew, so that its inputs and weights count too.
#pragma once

#include <string>

#include "engine/experiments/point_setup.h"
#include "engine/measure/length_search.h"
#include "engine/measure/probe_protocol.h"

namespace slay {

// Positions after which the inputs of a probe repeat: drawing millions would take longer than the
// pass, and neither time nor memory depends on their values.
inline constexpr std::int64_t kInputPeriod = 4096;

// A pass shorter than this is run once before it is timed.
inline constexpr double kRehearsedSeconds = 0.5;

struct ContextProbe {
    ProbedLength taken;
    std::string backend;  // of a variant that chooses between kernels
};

// On a GPU, by the allocator's peak and a pair of CUDA events. `rehearse`: an untimed pass first.
// Throws c10::OutOfMemoryError where it does not fit, whatever else LibTorch throws on a failure.
ContextProbe probe_context_on_gpu(const PointSetup& setup, int gpu, at::Device device,
                                  bool rehearse);

// In this process, on the CPU, while private memory can grow by at most `request.limit_bytes`:
// peak_absolute_mb (growth of the resident set, with inputs and weights) and pass_ms. Throws.
PointResult probe_context(const ProbeRequest& request);

}  // namespace slay

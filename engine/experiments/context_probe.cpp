#include "engine/experiments/context_probe.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "engine/experiments/attention_pass.h"
#include "engine/measure/gpu.h"
#include "engine/measure/process_memory.h"

namespace slay {
namespace {

// `period` over and over along `dim`, up to `length`.
at::Tensor repeated(const at::Tensor& period, std::int64_t dim, std::int64_t length) {
    if (!period.defined() || period.size(dim) == length) return period;
    std::vector<std::int64_t> sizes = period.sizes().vec();
    sizes[static_cast<std::size_t>(dim)] = length;
    at::Tensor full = at::empty(sizes, period.options());
    for (std::int64_t begin = 0; begin < length; begin += period.size(dim)) {
        const std::int64_t count = std::min(period.size(dim), length - begin);
        full.narrow(dim, begin, count).copy_(period.narrow(dim, 0, count));
    }
    return full;
}

SharedInputs repeating_inputs(const PointSetup& setup, at::Device device) {
    PointSetup period = setup;
    period.length = std::min(setup.length, kInputPeriod);
    SharedInputs inputs = draw_inputs(period, device);
    inputs.x = repeated(inputs.x, 1, setup.length);  // [B, L, E]
    for (at::Tensor* each : {&inputs.q, &inputs.k, &inputs.v})
        *each = repeated(*each, 2, setup.length);  // [B, H, L, d]
    return inputs;
}

}  // namespace

ContextProbe probe_context_on_gpu(const PointSetup& setup, int gpu, at::Device device,
                                  bool rehearse) {
    gpu_reset_peak(gpu);
    const SharedInputs inputs = repeating_inputs(setup, device);
    AttentionPass pass(setup, inputs);
    if (rehearse) {
        pass.run();
        gpu_synchronize(gpu);
        pass.release();
    }
    const std::unique_ptr<GpuStopwatch> stopwatch = make_gpu_stopwatch(gpu);
    stopwatch->start();
    pass.run();
    ContextProbe probe;
    probe.taken.ms = stopwatch->stop();
    probe.taken.length = setup.length;
    probe.taken.fits = true;
    probe.taken.peak_mb = gpu_memory(gpu).peak_allocated_bytes / 1e6;
    probe.backend = pass.backend();
    return probe;
}

PointResult probe_context(const ProbeRequest& request) {
    const PointSetup setup = point_setup(request.point);
    {  // code pages and thread pools, whose memory is not the pass's
        PointSetup small = setup;
        small.length = std::min<std::int64_t>(setup.length, 256);
        const SharedInputs inputs = draw_inputs(small, at::kCPU);
        AttentionPass(small, inputs).run();
    }
    PointResult result;
    double ms = 0;
    const ResidentPeak peak = measure_resident_peak([&] {
        std::optional<DataLimit> limit;
        if (request.limit_bytes > 0) limit.emplace(request.limit_bytes);
        const SharedInputs inputs = repeating_inputs(setup, at::kCPU);
        AttentionPass pass(setup, inputs);
        const auto timed = [&] {
            const auto begin = std::chrono::steady_clock::now();
            pass.run();
            const std::chrono::duration<double, std::milli> taken =
                std::chrono::steady_clock::now() - begin;
            return taken.count();
        };
        ms = timed();
        if (ms < 1e3 * kRehearsedSeconds) {
            pass.release();
            ms = timed();
        }
        const std::string backend = pass.backend();
        if (!backend.empty()) result.notes["backend"] = backend;
    });
    result.state = PointState::ok;
    result.metrics["peak_absolute_mb"].value = peak.growth_bytes / 1e6;
    result.metrics["pass_ms"].value = ms;
    return result;
}

}  // namespace slay

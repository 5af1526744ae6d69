#include "engine/experiments/resident_probe.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/core/units.h"
#include "engine/experiments/attention_pass.h"
#include "engine/experiments/context_probe.h"
#include "engine/measure/admission.h"
#include "engine/measure/cpu_threads.h"
#include "engine/measure/failure.h"
#include "engine/measure/probe_protocol.h"
#include "engine/measure/process_memory.h"

namespace slay {
namespace {

// Loads code pages and starts the thread pools, whose memory is not the point's.
constexpr std::int64_t kWarmLength = 512;

void run_once(AttentionPass& pass) {
    pass.prepare();
    pass.run();
}

void warm_up(PointSetup setup) {
    setup.length = std::min(setup.length, kWarmLength);
    const SharedInputs inputs = draw_inputs(setup, at::kCPU);
    AttentionPass pass(setup, inputs);
    run_once(pass);
}

PointResult measure(const ProbeRequest& request) {
    const PointSetup setup = point_setup(request.point);
    warm_up(setup);
    const SharedInputs inputs = draw_inputs(setup, at::kCPU);
    AttentionPass pass(setup, inputs);
    const ResidentPeak peak = measure_resident_peak([&] {
        std::optional<DataLimit> limit;
        if (request.limit_bytes > 0) limit.emplace(request.limit_bytes);
        run_once(pass);
    });

    PointResult result;
    result.state = PointState::ok;
    result.metrics["peak_mb"].value = peak.growth_bytes / 1e6;
    result.metrics["peak_absolute_mb"].value = peak.absolute_bytes / 1e6;
    result.notes["method"] = peak.sampled
                                 ? "resident set of an own process, sampled every millisecond"
                                 : "peak resident set of an own process (VmHWM)";
    const std::string backend = pass.backend();
    result.notes["implementation"] = implementation_of(backend);
    if (!backend.empty()) result.notes["backend"] = backend;
    result.notes["threads"] = std::to_string(at::get_num_threads());
    return result;
}

}  // namespace

std::string answer_probe(const std::string& request_line) {
    map_large_allocations();
    const Result<ProbeRequest> request = parse_probe_request(request_line);
    if (!request) {
        return to_line(without_figures(PointState::failed, request.error().message));
    }
    const double free = host_memory_available();
    try {
        std::optional<ThreadScope> threads;
        if (request->threads > 0) threads.emplace(request->threads);
        return to_line(request->point.experiment == "max-context" ? probe_context(*request)
                                                                  : measure(*request));
    } catch (...) {
        const Failure failure = classify_failure(std::current_exception(), std::nullopt);
        const double limit = request->limit_bytes;
        return to_line(
            failed_result(failure, request->point, limit > 0 ? std::min(free, limit) : free));
    }
}

}  // namespace slay

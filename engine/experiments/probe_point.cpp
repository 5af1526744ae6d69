#include "engine/experiments/probe_point.h"

#include <fmt/format.h>

#include <csignal>

#include "engine/core/units.h"
#include "engine/measure/cpu_threads.h"
#include "engine/measure/probe_protocol.h"

namespace slay {
namespace {

PointResult result_of(const ProbeAnswer& answer, const Point& point) {
    using Kind = ProbeAnswer::Kind;
    const std::string where =
        fmt::format("{} at L = {}", point.variant,
                    format_count(static_cast<double>(point.parameters.integer("length"))));
    switch (answer.kind) {
        case Kind::answered: {
            Result<PointResult> result = parse_probe_result(answer.text);
            if (result) return *result;
            return without_figures(PointState::failed, result.error().message);
        }
        case Kind::timed_out:
            return without_figures(PointState::timed_out,
                                   fmt::format("{}: {}.", where, answer.text));
        case Kind::died:
            // Nobody else kills with this signal but a system out of memory.
            if (answer.signal == SIGKILL) {
                return without_figures(
                    PointState::out_of_memory,
                    fmt::format("{} was killed, most likely by the system for want of memory: {}.",
                                where, answer.text));
            }
            return without_figures(PointState::failed, fmt::format("{}: {}.", where, answer.text));
        case Kind::stopped:
        case Kind::not_started:
            break;
    }
    return without_figures(PointState::failed,
                           fmt::format("The memory probe did not start: {}.", answer.text));
}

}  // namespace

std::optional<PointResult> ask_probe(const Point& point, double limit_bytes, double timeout_seconds,
                                     ExperimentContext& context) {
    if (!context.device.probe) {
        const auto command = find_probe_command();
        if (!command) {
            return without_figures(PointState::failed,
                                   "slay-bench is not beside the engine's library. On a CPU "
                                   "memory is measured in a process of its own, which it runs: "
                                   "install it there.");
        }
        context.device.probe = std::make_unique<ProbeProcess>(*command);
    }
    ProbeRequest request;
    request.point = point;
    request.threads = threads_of(context.measurement());
    request.limit_bytes = limit_bytes;
    const ProbeAnswer answer =
        context.device.probe->ask(to_line(request), timeout_seconds, context.run.control);
    if (answer.kind == ProbeAnswer::Kind::stopped) return std::nullopt;
    return result_of(answer, point);
}

}  // namespace slay

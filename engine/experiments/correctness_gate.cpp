#include "engine/experiments/correctness_gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/units.h"

namespace slay {

const Result<GateResult>& CorrectnessGate::check(const PointSetup& setup,
                                                 const std::string& device) {
    std::string key = fmt::format("{} {} {} {} {} {}", setup.variant, device, to_string(setup.type),
                                  setup.head_dim, setup.causal, setup.seed);
    for (const auto& [id, value] : setup.own) key += fmt::format(" {}={}", id, to_text(value));
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;

    GateRequest request;
    request.variant = setup.variant;
    request.parameters = setup.own;
    request.head_dim = setup.head_dim;
    request.causal = setup.causal;
    request.type = setup.type;
    request.device = device;
    request.seed = setup.seed;
    return known_.emplace(std::move(key), conformance_gate(request)).first->second;
}

std::string describe_miss(const GateResult& gate) {
    const bool output = !(gate.output_error <= gate.output_bound);  // NaN is a miss
    return fmt::format(
        "Implementation error {} in the {}, where at most {} is allowed. "
        "No latency is shown.",
        format_number(output ? gate.output_error : gate.gradient_error, 3),
        output ? "output" : "gradients",
        format_number(output ? gate.output_bound : gate.gradient_bound, 3));
}

double implementation_error(const GateResult& gate, Pass pass) {
    if (pass == Pass::forward) return gate.output_error;
    return std::max(gate.output_error, gate.gradient_error);
}

}  // namespace slay

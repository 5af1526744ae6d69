#include "engine/experiments/own_points.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/own_variant.h"
#include "engine/core/units.h"
#include "engine/experiments/point_setup.h"

namespace slay {
namespace {

OwnRequest request_for(const Point& point, const std::string& device) {
    const PointSetup setup = point_setup(point);
    OwnRequest request;
    request.variant = setup.variant;
    request.parameters = setup.own;
    request.heads = setup.heads;
    request.head_dim = setup.head_dim;
    request.batch = setup.batch;
    request.length = setup.length;
    request.causal = setup.causal;
    request.type = setup.type;
    request.device = device;
    request.seed = setup.seed;
    request.gradients = setup.needs_gradients() || point.experiment == "training" ||
                        point.experiment == "tasks";
    return request;
}

// A package may take one shape alone, so that its length counts; TorchScript takes any.
std::string key_of(const OwnRequest& request) {
    const bool shaped = own_format(request.parameters.text("file")) == OwnFormat::package;
    return fmt::format("{} {} {} {} {} {} {} {}", request.parameters.text("sha256"), request.heads,
                       request.head_dim, request.causal, to_string(request.type),
                       request.gradients, shaped ? request.length : 0, shaped ? request.batch : 0);
}

}  // namespace

std::vector<Point> OwnPoints::admit(std::span<const Point> group, ExperimentContext& context) {
    std::vector<Point> admitted;
    for (const Point& point : group) {
        if (!is_own_variant(point.variant)) {
            admitted.push_back(point);
            continue;
        }
        if (context.stopping() || !context.device.lost.empty()) return {};
        // Told before its code runs: a worker that dies in it dies of this point.
        context.run.observer.point_started(point);
        const double free = context.device.free_bytes();
        try {
            if (auto result = refused(point, context))
                context.finish(point, std::move(*result));
            else
                admitted.push_back(point);
        } catch (...) {
            context.fail(point, std::current_exception(), free);
        }
    }
    return admitted;
}

std::optional<PointResult> OwnPoints::refused(const Point& point, ExperimentContext& context) {
    const OwnRequest request = request_for(point, context.device.id);
    const std::string key = key_of(request);
    auto known = known_.find(key);
    if (known == known_.end()) known = known_.emplace(key, own_conformance(request)).first;
    switch (known->second.kind) {
        case OwnVerdict::Kind::passed:
            return std::nullopt;
        case OwnVerdict::Kind::incorrect:
            return without_figures(PointState::incorrect, known->second.text);
        case OwnVerdict::Kind::unsupported:
            break;
    }
    return without_figures(PointState::unsupported, known->second.text);
}

void OwnPoints::sign(const Point& point, PointResult& result) const {
    if (!is_own_variant(point.variant)) return;
    const OwnFile file = own_file_of(point.variant, point.parameters);
    result.notes["file"] = clean_text(file.path);
    result.notes["sha256"] = file.sha256;
    result.notes["implementation"] = std::string(to_string(own_format(file.path)));
    result.notes.erase("backend");
    result.metrics.erase("implementation_error");
    const auto known = known_.find(key_of(request_for(point, {})));
    if (known == known_.end() || known->second.kind != OwnVerdict::Kind::passed) return;
    result.notes["conformance"] = known->second.text;
    if (known->second.error && point.experiment == "latency" && is_measured(result.state))
        result.metrics["implementation_error"].value = *known->second.error;
}

}  // namespace slay

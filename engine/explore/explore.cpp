#include "engine/explore/explore.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "engine/core/text.h"
#include "engine/core/variant_info.h"
#include "engine/explore/parts.h"

namespace slay::explore {
namespace {

constexpr std::pair<Inputs, std::string_view> input_names[]{
    {Inputs::random, "random"}, {Inputs::clustered, "clustered"}, {Inputs::trained, "trained"}};

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

Status check_range(std::string_view symbol, int value, int low, int high, const char* what) {
    if (value >= low && value <= high) return done();
    return usage(fmt::format("{} = {}: {} to {} {}", symbol, value, low, high, what));
}

Status check_variant(const std::string& variant) {
    if (std::find(forms().begin(), forms().end(), variant) != forms().end()) return done();
    return usage(
        fmt::format("{} is no linearised form: {}", variant, suggestion(variant, forms())));
}

}  // namespace

const std::vector<std::string>& forms() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const VariantInfo& each : variant_catalog())
            if (each.approximates_yat) out.push_back(each.name);
        return out;
    }();
    return names;
}

std::string_view to_string(Inputs inputs) {
    for (const auto& [each, name] : input_names)
        if (each == inputs) return name;
    return "unknown";
}

std::optional<Inputs> parse_inputs(std::string_view text) {
    for (const auto& [each, name] : input_names)
        if (name == text) return each;
    return std::nullopt;
}

Status check(const Request& request) {
    const Status checks[]{
        check_range("R", request.nodes, 1, most_nodes, "quadrature nodes"),
        check_range("M", request.prf_features, 1, most_features, "random features"),
        check_range("P", request.poly_features, 1, most_features, "polynomial features"),
        check_range("d", request.head_dim, 2, most_head_dim, "dimensions"),
        check_range("L", request.length, 2, most_length, "positions"),
        check_range("seeds", request.seeds, 0, 4096, "(0: as many as keep a frame short)")};
    for (const Status& each : checks)
        if (!each) return each;
    if (!(request.epsilon >= 1e-9 && request.epsilon <= 1))
        return usage(fmt::format("epsilon = {:g}: 1e-9 to 1", request.epsilon));
    for (const std::string& variant : request.variants)
        if (const Status known = check_variant(variant); !known) return known;
    if (request.map)
        if (const Status known = check_variant(request.map_variant); !known) return known;
    if ((request.denominators || request.map) && request.inputs == Inputs::trained &&
        !request.trained)
        return usage(
            "inputs of a trained model need one: a .qkv file of a run of the training "
            "experiment");
    return done();
}

Result<Frame> explore(const Request& request) {
    if (const Status good = check(request); !good) return good.error();
    const auto begin = std::chrono::steady_clock::now();
    Frame frame;
    frame.request = request;
    frame.quadrature = make_quadrature(request.nodes, request.epsilon);
    if (request.curves) frame.curves = make_curves(request, frame.quadrature);
    if (request.denominators || request.map) {
        const Sequence sequence = make_sequence(request);
        frame.sequence = sequence.origin;
        if (request.denominators)
            frame.denominators = make_denominators(request, frame.quadrature, sequence);
        if (request.map) frame.map = make_map(request, frame.quadrature, sequence);
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    frame.compute_ms = took.count();
    return frame;
}

}  // namespace slay::explore

#include "exports/explore/explore_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/core/units.h"

namespace slay {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json numbers(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double each : values) list.push_back(number(each));
    return list;
}

Json request_json(const explore::Request& request) {
    Json json;
    json["nodes"] = request.nodes;
    json["prf_features"] = request.prf_features;
    json["poly_features"] = request.poly_features;
    json["epsilon"] = request.epsilon;
    json["head_dim"] = request.head_dim;
    json["seed"] = request.seed;
    json["variants"] = request.variants;
    json["length"] = request.length;
    json["causal"] = request.causal;
    json["inputs"] = std::string(to_string(request.inputs));
    return json;
}

Json curves_json(const explore::Curves& curves) {
    Json json;
    json["seeds"] = curves.seeds;
    json["x"] = numbers(curves.x);
    json["degrees"] = numbers(curves.degrees);
    json["exact"] = numbers(curves.exact);
    json["quadrature"] = numbers(curves.quadrature);
    json["node_contributions"] = Json::array();
    for (const auto& each : curves.nodes) json["node_contributions"].push_back(numbers(each));
    json["estimates"] = Json::array();
    for (const explore::Estimate& each : curves.estimates) {
        Json row;
        row["variant"] = each.variant;
        row["scale"] = number(each.scale);
        row["mean"] = numbers(each.mean);
        row["low"] = numbers(each.low);
        row["high"] = numbers(each.high);
        row["first"] = numbers(each.first);
        if (!each.expected.empty()) row["expected"] = numbers(each.expected);
        row["scaled_rms_error"] = numbers(each.rms_error);
        json["estimates"].push_back(row);
    }
    return json;
}

Json denominators_json(const explore::Denominators& denominators) {
    Json json;
    json["seeds"] = denominators.seeds;
    json["variants"] = Json::array();
    for (const explore::DenominatorSpread& each : denominators.spreads) {
        Json row;
        row["variant"] = each.variant;
        row["nonpositive_share"] = number(each.nonpositive);
        row["nonpositive_share_of_seed"] = number(each.nonpositive_first);
        row["by_row"] = numbers(each.first);
        row["low"] = numbers(each.low);
        row["high"] = numbers(each.high);
        json["variants"].push_back(row);
    }
    return json;
}

Json map_json(const explore::AttentionMap& map) {
    Json json;
    json["variant"] = map.variant;
    json["length"] = map.length;
    json["output_relative_l2"] = number(map.output_error);
    json["uniform_relative_l2"] = number(map.uniform_error);
    json["weight_relative_l2"] = number(map.weight_error);
    json["rows_without_entropy"] = map.rows_without_entropy;
    json["exact_entropy"] = numbers(map.exact_entropy);
    json["estimate_entropy"] = numbers(map.estimate_entropy);
    json["exact"] = numbers(map.exact);
    json["estimate"] = numbers(map.estimate);
    return json;
}

}  // namespace

Json explore_json(const explore::Frame& frame) {
    Json json;
    json["schema"] = "slay-explore/1";
    json["request"] = request_json(frame.request);
    json["quadrature"] = {{"c", frame.quadrature.c},
                          {"t", numbers(frame.quadrature.t)},
                          {"alpha", numbers(frame.quadrature.alpha)},
                          {"s", numbers(frame.quadrature.s)},
                          {"w", numbers(frame.quadrature.w)}};
    if (frame.request.curves) json["curves"] = curves_json(frame.curves);
    if (frame.request.denominators || frame.request.map)
        json["sequence"] = clean_text(frame.sequence, 300);
    if (frame.request.denominators) json["row_sums"] = denominators_json(frame.denominators);
    if (frame.request.map) json["attention"] = map_json(frame.map);
    return json;
}

}  // namespace slay

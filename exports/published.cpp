#include "exports/published.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "engine/core/units.h"
#include "exports/published_files.h"

namespace slay {
namespace {

using Json = nlohmann::ordered_json;

// What the files say in words only: what holds for all their points, and a name for legends.
struct Known {
    std::string_view id, label;
    std::string_view lane, pass, dtype;
};
constexpr std::array<Known, 5> known_files{{
    {"paper-a100-scaling", "paper, A100", "layer", "forward", "float32"},
    {"paper-language-model", "paper, language model", "", "", ""},
    {"paper-poly-ablation", "paper, ablation", "layer", "forward", "float32"},
    {"peer-fla-h200", "public parts, H200", "core", "", ""},
    {"reference-h200-scaling", "paper's code, H200", "layer", "", "float32"},
}};

Parameters conditions_of(std::string_view id) {
    Parameters out;
    for (const Known& each : known_files) {
        if (each.id != id) continue;
        if (!each.lane.empty()) out.set("lane", std::string(each.lane));
        if (!each.pass.empty()) out.set("pass", std::string(each.pass));
        if (!each.dtype.empty()) out.set("dtype", std::string(each.dtype));
    }
    if (id == "paper-a100-scaling" || id == "reference-h200-scaling") {
        out.set("width", std::int64_t{256});
        out.set("heads", std::int64_t{8});
        out.set("batch", std::int64_t{1});
        out.set("causal", true);
    }
    return out;
}

std::string_view metric_id(std::string_view name) {
    if (name == "peak_memory_mb") return "peak_mb";
    if (name == "ms") return "latency_ms";
    if (name == "throughput_tokens_per_s") return "tokens_per_s";
    return name;
}

std::string_view parameter_id(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> renamed{
        {{"L", "length"},
         {"R", "nodes"},
         {"M", "prf_features"},
         {"P", "poly_features"},
         {"H", "heads"},
         {"d", "head_dim"}}};
    for (const auto& [from, to] : renamed)
        if (from == name) return to;
    return name;
}

// "sdpa-bf16-flash" is standard-fused in bfloat16 with that backend.
void name_variant(PublishedPoint& point, const std::string& name) {
    point.variant = name;
    if (name == "slay") point.variant = "yat-performer-anchor";
    if (name.rfind("sdpa-", 0) != 0) return;
    point.variant = "standard-fused";
    const std::string rest = name.substr(5);
    const std::size_t dash = rest.find('-');
    point.parameters.set("dtype", std::string(rest.rfind("bf16", 0) == 0 ? "bfloat16" : "float32"));
    if (dash != std::string::npos) point.parameters.set("backend", rest.substr(dash + 1));
}

void read_curves(const Json& curves, PublishedData& out) {
    for (const auto& [metric, variants] : curves.items()) {
        for (const auto& [variant, lengths] : variants.items()) {
            for (const auto& [length, value] : lengths.items()) {
                PublishedPoint point;
                name_variant(point, variant);
                point.label = variant;
                point.parameters.set("length", static_cast<std::int64_t>(std::stoll(length)));
                point.metric = metric_id(metric);
                point.value = value.get<double>();
                out.points.push_back(std::move(point));
            }
        }
    }
}

void read_row(const Json& row, PublishedData& out) {
    static constexpr std::array metrics{"latency_ms",      "ms",          "peak_memory_mb",
                                        "peak_mb",         "relative_l2", "tokens_per_s",
                                        "validation_loss", "perplexity"};
    PublishedPoint point;
    for (const auto& [key, value] : row.items()) {
        if (key == "variant" || key == "name") {
            point.label = value.get<std::string>();
            name_variant(point, point.label);
        } else if (std::find(metrics.begin(), metrics.end(), key) != metrics.end()) {
            continue;
        } else if (value.is_number_integer()) {
            point.parameters.set(std::string(parameter_id(key)), value.get<std::int64_t>());
        } else if (value.is_number()) {
            point.parameters.set(std::string(parameter_id(key)), value.get<double>());
        } else if (value.is_string()) {
            point.parameters.set(std::string(parameter_id(key)), value.get<std::string>());
        }
    }
    for (const char* key : metrics) {
        const auto value = row.find(key);
        if (value == row.end() || !value->is_number()) continue;
        point.metric = metric_id(key);
        point.value = value->get<double>();
        out.points.push_back(point);
    }
}

}  // namespace

Result<PublishedData> parse_published(std::string_view json_text, const std::string& id) {
    PublishedData out;
    out.id = out.label = id;
    out.conditions = conditions_of(id);
    for (const Known& each : known_files)
        if (each.id == id) out.label = each.label;
    try {
        const Json json = Json::parse(json_text);
        for (const char* key : {"source", "title"})
            if (json.contains(key)) out.source = clean_text(json.at(key).get<std::string>());
        if (json.contains("curves")) read_curves(json.at("curves"), out);
        if (json.contains("rows"))
            for (const Json& row : json.at("rows")) read_row(row, out);
        if (out.points.empty())
            return Error{ErrorKind::bad_data, id + ": holds no published numbers."};
    } catch (const std::exception& error) {
        return Error{ErrorKind::bad_data,
                     id + ": not a file of published numbers: " + clean_text(error.what())};
    }
    return out;
}

const std::vector<PublishedData>& published_data() {
    static const std::vector<PublishedData> all = [] {
        std::vector<PublishedData> out;
        for (const PublishedFile& file : published_files()) {
            Result<PublishedData> data = parse_published(file.text, std::string(file.id));
            if (!data) throw std::logic_error(data.error().message);
            out.push_back(std::move(data).value());
        }
        return out;
    }();
    return all;
}

const PublishedData* find_published(std::string_view id) {
    for (const PublishedData& each : published_data())
        if (each.id == id) return &each;
    return nullptr;
}

}  // namespace slay

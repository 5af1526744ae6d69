#include "app/bench/listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/bench/coverage_listing.h"
#include "app/bench/text_table.h"
#include "engine/core/data_folder.h"
#include "engine/core/experiment_info.h"
#include "engine/core/plan.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "engine/run/engine_library.h"

namespace slay::bench {
namespace {

nlohmann::ordered_json value_json(const ParameterValue& value) {
    return std::visit([](const auto& v) { return nlohmann::ordered_json(v); }, value);
}

nlohmann::ordered_json parameter_json(const ParameterInfo& info) {
    nlohmann::ordered_json json = {{"id", info.id},       {"axis", info.axis},
                                   {"label", info.label}, {"symbol", info.symbol},
                                   {"unit", info.unit},   {"default", value_json(info.fallback)},
                                   {"help", info.help}};
    if (info.kind == ParameterKind::choice) {
        json["choices"] = info.choices;
    } else if (info.kind != ParameterKind::flag) {
        json["minimum"] = info.minimum;
        json["maximum"] = info.maximum;
    }
    return json;
}

std::string parameters_text(const std::vector<ParameterInfo>& parameters) {
    std::vector<std::string> parts;
    for (const ParameterInfo& info : parameters) {
        parts.push_back(info.id + "=" + to_text(info.fallback));
    }
    return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace

Listing list_variants(const std::vector<KernelCoverage>& coverage) {
    Listing listing;
    TextTable table;
    for (const char* heading : {"name", "label", "family", "time in L", "parameters"}) {
        table.add_column(heading);
    }
    for (const VariantInfo& info : variant_catalog()) {
        table.add_row({info.name, info.label, std::string(to_string(info.family)),
                       std::string(to_string(info.complexity)), parameters_text(info.parameters)});
        auto parameters = nlohmann::ordered_json::array();
        for (const ParameterInfo& row : info.parameters) parameters.push_back(parameter_json(row));
        listing.json.push_back({{"name", info.name},
                                {"label", info.label},
                                {"formula", info.formula},
                                {"family", to_string(info.family)},
                                {"complexity", to_string(info.complexity)},
                                {"signed_estimate", info.signed_estimate},
                                {"approximates_yat", info.approximates_yat},
                                {"parameters", std::move(parameters)}});
        if (!coverage.empty()) listing.json.back()["kernels"] = coverage_json(coverage, info.name);
    }
    listing.text = table.to_text();
    if (!coverage.empty()) listing.text += '\n' + coverage_text(coverage);
    return listing;
}

Listing list_experiments() {
    Listing listing;
    TextTable table;
    for (const char* heading : {"name", "title", "leading metric", "question"}) {
        table.add_column(heading);
    }
    for (const ExperimentInfo& info : experiment_catalog()) {
        table.add_row({info.name, info.title, info.metrics.front(), info.question});
        listing.json.push_back({{"name", info.name},
                                {"title", info.title},
                                {"question", info.question},
                                {"axes", info.axes},
                                {"metrics", info.metrics}});
    }
    listing.text = table.to_text();
    return listing;
}

Result<Listing> list_presets() {
    const auto presets = installed_presets();
    if (!presets) return presets.error();
    Listing listing;
    TextTable table;
    table.add_column("name");
    table.add_column("points", Align::right);
    table.add_column("what it measures");
    for (const PresetFile& preset : *presets) {
        const auto spec = read_spec(preset.path);
        const auto plan = spec ? make_plan(*spec) : Result<Plan>(spec.error());
        if (!plan) {
            table.add_row({preset.name, "-", plan.error().message});
            listing.json.push_back(
                {{"name", preset.name}, {"path", preset.path}, {"error", plan.error().message}});
            continue;
        }
        table.add_row({preset.name, format_count(static_cast<double>(plan->points.size())),
                       clean_text(spec->title)});
        listing.json.push_back({{"name", preset.name},
                                {"path", preset.path},
                                {"title", spec->title},
                                {"description", spec->description},
                                {"experiments", spec->experiments},
                                {"points", plan->points.size()}});
    }
    listing.text = table.to_text();
    return listing;
}

Result<Listing> list_devices() {
    const auto executor = load_engine();
    if (!executor) return executor.error();
    Listing listing;
    TextTable table;
    table.add_column("device");
    table.add_column("name");
    table.add_column("memory", Align::right);
    table.add_column("free", Align::right);
    table.add_column("units");
    for (const DeviceInfo& info : (*executor)->devices()) {
        table.add_row(
            {info.id, info.name, format_bytes(info.memory_bytes), format_bytes(info.free_bytes),
             info.cuda ? fmt::format("{} SMs, capability {}", info.sm_count, info.capability)
                       : fmt::format("{} threads", info.sm_count)});
        listing.json.push_back({{"id", info.id},
                                {"name", info.name},
                                {"cuda", info.cuda},
                                {"memory_bytes", info.memory_bytes},
                                {"free_bytes", info.free_bytes},
                                {info.cuda ? "sm_count" : "threads", info.sm_count},
                                {"capability", info.capability}});
    }
    listing.text = table.to_text();
    return listing;
}

}  // namespace slay::bench

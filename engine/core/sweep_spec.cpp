#include "engine/core/sweep_spec.h"

#include <charconv>
#include <filesystem>

#include "engine/core/journal.h"
#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/measurement_schema.h"
#include "engine/core/own_variant.h"
#include "engine/core/spec_reader.h"
#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::size_t max_preset_bytes = 4'000'000;

Json axis_to_json(const std::vector<ParameterValue>& values) {
    Json list = Json::array();
    for (const ParameterValue& value : values) list.push_back(to_json(value));
    return list;
}

Json axes_to_json(const Axes& axes) {
    Json json = Json::object();
    for (const auto& [key, values] : axes) json[key] = axis_to_json(values);
    return json;
}

Json scales_to_json(const std::vector<Scale>& scales) {
    Json list = Json::array();
    for (const Scale& scale : scales) {
        Json json;
        json["label"] = scale.label;
        for (const auto& [id, value] : scale.parameters) json[id] = to_json(value);
        list.push_back(std::move(json));
    }
    return list;
}

Json variants_to_json(const std::vector<VariantChoice>& variants) {
    Json list = Json::array();
    for (const VariantChoice& choice : variants) {
        if (choice.fixed.size() == 0) {
            list.push_back(choice.name);
            continue;
        }
        Json json;
        json["name"] = choice.name;
        for (const auto& [id, value] : choice.fixed) json[id] = to_json(value);
        list.push_back(std::move(json));
    }
    return list;
}

Json override_to_json(const Override& override) {
    Json json = axes_to_json(override.axes);
    if (!override.scales.empty()) json["scales"] = scales_to_json(override.scales);
    if (!override.variants.empty()) json["variants"] = variants_to_json(override.variants);
    return json;
}

// The value at a pointer, made where only the last step is new; lists grow by one at their end.
nlohmann::json* place_of(nlohmann::json& root, std::string_view pointer) {
    nlohmann::json* at = &root;
    while (!pointer.empty()) {
        const auto end = pointer.find('/', 1);
        std::string key(pointer.substr(1, end == std::string_view::npos ? end : end - 1));
        pointer = end == std::string_view::npos ? std::string_view{} : pointer.substr(end);
        if (at->is_object()) {
            for (const auto& [code, plain] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}})
                for (auto hit = key.find(code); hit != std::string::npos;
                     hit = key.find(code, hit + 1))
                    key.replace(hit, 2, plain);
            at = &(*at)[key];
        } else if (at->is_array()) {
            std::size_t index = at->size();
            if (key != "-") {
                const auto [stop, error] =
                    std::from_chars(key.data(), key.data() + key.size(), index);
                if (error != std::errc() || stop != key.data() + key.size()) return nullptr;
            }
            if (index > at->size()) return nullptr;
            if (index == at->size()) at->push_back(nullptr);
            at = &(*at)[index];
        } else if (at->is_null()) {
            at = &(*at)[key];  // "/overrides/latency/lengths": objects on the way are made
        } else {
            return nullptr;
        }
    }
    return at;
}

}  // namespace

Result<SweepSpec> spec_from_json(const nlohmann::json& json, const std::string& source) {
    try {
        return read_sweep_spec(json);
    } catch (const SpecFault& fault) {
        return Error{ErrorKind::bad_data,
                     located(source, std::nullopt, fault.pointer, fault.message)};
    }
}

Result<SweepSpec> parse_spec(std::string_view json_text, const std::string& source) {
    if (json_text.size() > max_preset_bytes)
        return Error{ErrorKind::bad_data,
                     located(source, std::nullopt, {}, "larger than 4 MB: this is not a preset")};
    const Result<nlohmann::json> json = parse_json(json_text, source);
    if (!json) return json.error();
    try {
        return read_sweep_spec(*json);
    } catch (const SpecFault& fault) {
        // What is missing has no line of its own: show where its parent begins.
        std::string pointer = fault.pointer;
        std::optional<int> line;
        while (!(line = line_of_pointer(json_text, pointer)) && !pointer.empty())
            pointer.erase(pointer.rfind('/'));
        return Error{ErrorKind::bad_data, located(source, line, fault.pointer, fault.message)};
    }
}

Result<SweepSpec> read_spec(const std::string& path) {
    const Result<std::string> text = read_text_file(path, max_preset_bytes);
    if (!text) return text.error();
    auto spec = parse_spec(*text, path);
    if (!spec) return spec;
    return with_absolute_files(std::move(*spec),
                               std::filesystem::path(path).parent_path().string());
}

nlohmann::ordered_json to_json(const SweepSpec& spec) {
    Json json;
    json["schema"] = "slay-preset/1";
    json["name"] = spec.name;
    json["title"] = spec.title;
    json["description"] = spec.description;
    json["device"] = spec.device;
    json["experiments"] = spec.experiments;
    json["variants"] = variants_to_json(spec.variants);
    json["sweep"] = axes_to_json(spec.axes);
    if (!spec.scales.empty()) json["scales"] = scales_to_json(spec.scales);
    if (!spec.overrides.empty()) {
        json["overrides"] = Json::object();
        for (const auto& [name, override] : spec.overrides)
            json["overrides"][name] = override_to_json(override);
    }
    json["measurement"] = Json::object();
    for (const MeasurementField& field : measurement_fields())
        json["measurement"][field.info.id] = to_json(get_field(spec.measurement, field));
    if (!spec.overlays.empty()) json["overlays"] = spec.overlays;
    return json;
}

std::string to_text(const SweepSpec& spec) {
    return to_json(spec).dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<SweepSpec> with_setting(const SweepSpec& spec, std::string_view assignment) {
    const std::string source = "--set " + clean_text(assignment, 200);
    const auto refuse = [&](std::string_view message) {
        return Error{ErrorKind::usage, located(source, std::nullopt, {}, message)};
    };
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos || assignment.substr(0, 1) != "/")
        return refuse("expected POINTER=VALUE, for example /sweep/lengths=[256,512]");
    const std::string pointer(assignment.substr(0, equals));
    const std::string_view text = assignment.substr(equals + 1);

    // What is not JSON is a plain word: --set /device=cpu.
    nlohmann::json value;
    if (auto parsed = parse_json(text, source))
        value = std::move(*parsed);
    else if (!text.empty() && text.find_first_of("[]{}\"") == std::string_view::npos)
        value = std::string(text);
    else
        return Error{ErrorKind::usage, parsed.error().message};

    nlohmann::json json = to_json(spec);
    nlohmann::json* place = place_of(json, pointer);
    if (!place) return refuse("there is nothing at " + clean_text(pointer, 100) + " to set");
    *place = std::move(value);
    Result<SweepSpec> changed = spec_from_json(json, source);
    if (!changed) return Error{ErrorKind::usage, changed.error().message};
    return changed;
}

}  // namespace slay

#include "engine/core/spec_reader.h"

#include <algorithm>
#include <optional>
#include <set>

#include "engine/core/experiment_info.h"
#include "engine/core/measurement_schema.h"
#include "engine/core/own_variant.h"
#include "engine/core/sha256.h"
#include "engine/core/spec_values.h"
#include "engine/core/text.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

using namespace spec_values;
using nlohmann::json;

constexpr const char* schema_name = "slay-preset/1";

Words axis_keys() {
    return names_of(parameters_where([](const auto& row) { return !row.axis.empty(); }),
                    &ParameterInfo::axis);
}

Words experiment_names() {
    Words words;
    for (const ExperimentInfo& row : experiment_catalog()) words.push_back(row.name);
    return words;
}

Words variant_names() {
    Words words;
    for (const VariantInfo& row : variant_catalog()) words.push_back(row.name);
    return words;
}

std::vector<ParameterValue> read_axis(const std::string& key, const json& value,
                                      const std::string& pointer) {
    const Infos infos = parameters_where([&](const auto& row) { return row.axis == key; });
    require_list(value, pointer, "a list of values");
    if (value.empty()) fail(pointer, "an empty list; expected at least one value");
    std::vector<ParameterValue> values;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
        values.push_back(accepted(infos, value[i], step(pointer, i)));
        if (!seen.insert(to_text(values.back())).second)
            fail(step(pointer, i), to_text(values.back()) + " comes twice");
    }
    return values;
}

Axes read_axes(const json& value, const std::string& pointer) {
    require_object(value, pointer, "an object of axes");
    const Words known = axis_keys();
    Axes axes;
    for (const auto& [key, list] : value.items()) {
        if (std::find(known.begin(), known.end(), key) == known.end())
            unknown_key(pointer, key, known);
        axes[key] = read_axis(key, list, step(pointer, key));
    }
    return axes;
}

Scale read_scale(const json& value, const std::string& pointer) {
    require_object(value, pointer, "an object with a label and parameters");
    Scale scale;
    Words known = names_of(parameters_where([](const auto&) { return true; }), &ParameterInfo::id);
    known.insert(known.begin(), "label");
    for (const auto& item : value.items()) {
        const std::string& key = item.key();
        const json& each = item.value();
        if (key == "label") {
            scale.label = read_text(each, step(pointer, key), 64);
            continue;
        }
        const Infos infos = parameters_where([&](const auto& row) { return row.id == key; });
        if (infos.empty()) unknown_key(pointer, key, known);
        scale.parameters.set(key, accepted(infos, each, step(pointer, key)));
    }
    if (scale.label.empty()) fail(pointer, "has no label; expected \"label\": \"Small\"");
    if (scale.parameters.size() == 0)
        fail(pointer, "sets no parameter; expected for example \"width\": 128");
    return scale;
}

std::vector<Scale> read_scales(const json& value, const std::string& pointer) {
    require_list(value, pointer, "a list of scales");
    std::vector<Scale> scales;
    for (std::size_t i = 0; i < value.size(); ++i) {
        scales.push_back(read_scale(value[i], step(pointer, i)));
        for (std::size_t j = 0; j < i; ++j)
            if (scales[j].label == scales[i].label)
                fail(step(pointer, i) + "/label", '"' + scales[i].label + "\" comes twice");
    }
    return scales;
}

const VariantInfo& known_variant(const json& value, const std::string& pointer) {
    const std::string name = read_text(value, pointer, 64);
    const VariantInfo* info = find_variant(name);
    if (is_own_variant(name))
        fail(pointer, '"' + name + "\" needs its file: {\"name\": \"" + name +
                          "\", \"file\": \"windowed.pt\"}");
    if (!info) fail(pointer, '"' + name + "\" is no variant; " + suggestion(name, variant_names()));
    return *info;
}

// A file of the user's own: {"file": "windowed.pt"} and, where they are wanted, a name, a hash and
// how its cost grows.
VariantChoice read_own_variant(const json& value, const std::string& pointer) {
    VariantChoice choice;
    std::string name;
    if (const auto given = value.find("name"); given != value.end()) {
        name = read_text(*given, pointer + "/name", 64);
        if (!name.starts_with(own_prefix)) name.insert(0, own_prefix);
        if (!is_own_variant(name))
            fail(pointer + "/name", '"' + name +
                                        "\" is no name of a file's variant; expected \"own:\" and "
                                        "letters, digits, - _ and .");
    }
    for (const auto& [key, each] : value.items()) {
        if (key == "name") continue;
        const auto& known = own_parameters();
        const auto info = std::find_if(known.begin(), known.end(),
                                       [&key = key](const auto& one) { return one.id == key; });
        if (info == known.end())
            unknown_key(pointer, key, {"name", "file", "sha256", "complexity"});
        choice.fixed.set(key, accepted({&*info}, each, step(pointer, key)));
    }
    if (choice.fixed.text("file").empty())
        fail(pointer, "names no file; expected \"file\": \"windowed.pt\"");
    if (choice.fixed.has("sha256") && !is_sha256(choice.fixed.text("sha256")))
        fail(pointer + "/sha256", "is no SHA-256: expected 64 digits of 0-9 and a-f");
    choice.name = name.empty() ? own_name_of(choice.fixed.text("file")) : name;
    return choice;
}

VariantChoice read_variant(const json& value, const std::string& pointer) {
    VariantChoice choice;
    if (value.is_string()) {
        choice.name = known_variant(value, pointer).name;
        return choice;
    }
    require_object(value, pointer, "the name of a variant, or an object with one");
    if (value.contains("file")) return read_own_variant(value, pointer);
    const auto name = value.find("name");
    if (name == value.end()) fail(pointer, "has no name; expected \"name\": \"performer\"");
    const VariantInfo& info = known_variant(*name, pointer + "/name");
    choice.name = info.name;
    Infos own;
    for (const ParameterInfo& row : info.parameters) own.push_back(&row);
    for (const auto& [key, each] : value.items()) {
        if (key == "name") continue;
        const auto row = std::find_if(own.begin(), own.end(),
                                      [&key = key](const auto* info_) { return info_->id == key; });
        if (row == own.end()) {
            const Words ids = names_of(own, &ParameterInfo::id);
            fail(step(pointer, key), "is no parameter of " + info.name + "; " +
                                         (ids.empty() ? "it has none" : suggestion(key, ids)));
        }
        choice.fixed.set(key, accepted({*row}, each, step(pointer, key)));
    }
    return choice;
}

std::vector<VariantChoice> read_variants(const json& value, const std::string& pointer) {
    require_list(value, pointer, "a list of variants");
    if (value.empty()) fail(pointer, "an empty list; expected at least one variant");
    std::vector<VariantChoice> choices;
    for (std::size_t i = 0; i < value.size(); ++i) {
        choices.push_back(read_variant(value[i], step(pointer, i)));
        if (std::find(choices.begin(), choices.end() - 1, choices.back()) != choices.end() - 1)
            fail(step(pointer, i), choices.back().name + " comes twice");
    }
    return choices;
}

std::vector<std::string> read_experiments(const json& value, const std::string& pointer) {
    require_list(value, pointer, "a list of experiments");
    if (value.empty()) fail(pointer, "an empty list; expected at least one experiment");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < value.size(); ++i) {
        std::string name = read_text(value[i], step(pointer, i), 64);
        if (!find_experiment(name))
            fail(step(pointer, i),
                 '"' + name + "\" is no experiment; " + suggestion(name, experiment_names()));
        if (std::find(names.begin(), names.end(), name) != names.end())
            fail(step(pointer, i), '"' + name + "\" comes twice");
        names.push_back(std::move(name));
    }
    return names;
}

Override read_override(const json& value, const std::string& pointer) {
    require_object(value, pointer, "an object of axes");
    Words known = axis_keys();
    known.insert(known.end(), {"scales", "variants"});
    Override override;
    for (const auto& [key, each] : value.items()) {
        const std::string where = step(pointer, key);
        if (key == "variants")
            override.variants = read_variants(each, where);
        else if (key == "scales")
            override.scales = read_scales(each, where);
        else if (std::find(known.begin(), known.end(), key) != known.end())
            override.axes[key] = read_axis(key, each, where);
        else
            unknown_key(pointer, key, known);
    }
    return override;
}

Measurement read_measurement(const json& value, const std::string& pointer) {
    require_object(value, pointer, "an object");
    Measurement measurement;
    for (const auto& [key, each] : value.items()) {
        const auto& fields = measurement_fields();
        const auto field =
            std::find_if(fields.begin(), fields.end(),
                         [&key = key](const auto& row) { return row.info.id == key; });
        if (field == fields.end()) {
            Words known;
            for (const auto& row : fields) known.push_back(row.info.id);
            unknown_key(pointer, key, known);
        }
        set_field(measurement, *field, accepted({&field->info}, each, step(pointer, key)));
    }
    if (measurement.min_samples > measurement.max_samples)
        fail(pointer + (value.contains("min_samples") ? "/min_samples" : "/max_samples"),
             std::to_string(measurement.min_samples) + " samples at least, but " +
                 std::to_string(measurement.max_samples) + " at most");
    return measurement;
}

std::string read_device(const json& value, const std::string& pointer) {
    const std::string device = read_text(value, pointer, 64);
    const auto digits = [](std::string_view text) {
        return !text.empty() && text.size() <= 3 &&
               text.find_first_not_of("0123456789") == std::string_view::npos;
    };
    const bool known = device == "auto" || device == "cpu" || device == "cuda" ||
                       device == "cuda:all" ||
                       (device.rfind("cuda:", 0) == 0 && digits(device.substr(5)));
    if (!known)
        fail(pointer,
             '"' + device + "\" is no device; expected auto, cpu, cuda, cuda:1 or cuda:all");
    return device;
}

}  // namespace

SweepSpec read_sweep_spec(const json& value) {
    require_object(value, "", "an object (a preset)");
    static const Words known{"schema", "name",        "title",       "description",
                             "device", "experiments", "variants",    "sweep",
                             "scales", "overrides",   "measurement", "overlays"};
    const auto schema = value.find("schema");
    if (schema == value.end())
        fail("/schema", std::string("missing; expected \"") + schema_name + '"');
    if (*schema != schema_name)
        fail("/schema", shown(*schema) + " is not a schema this program reads; expected \"" +
                            schema_name + '"');
    for (const char* key : {"name", "experiments", "variants"})
        if (!value.contains(key)) fail(step("", key), "missing");

    SweepSpec spec;
    for (const auto& [key, each] : value.items()) {
        const std::string where = step("", key);
        if (key == "schema") continue;
        if (key == "name")
            spec.name = read_name(each, where);
        else if (key == "title")
            spec.title = read_text(each, where, 200);
        else if (key == "description")
            spec.description = read_text(each, where, 4000);
        else if (key == "device")
            spec.device = read_device(each, where);
        else if (key == "experiments")
            spec.experiments = read_experiments(each, where);
        else if (key == "variants")
            spec.variants = read_variants(each, where);
        else if (key == "sweep")
            spec.axes = read_axes(each, where);
        else if (key == "scales")
            spec.scales = read_scales(each, where);
        else if (key == "measurement")
            spec.measurement = read_measurement(each, where);
        else if (key == "overrides") {
            require_object(each, where, "an object of experiments");
            for (const auto& [name, inner] : each.items()) {
                if (!find_experiment(name)) unknown_key(where, name, experiment_names());
                spec.overrides[name] = read_override(inner, step(where, name));
            }
        } else if (key == "overlays") {
            require_list(each, where, "a list of names");
            for (std::size_t i = 0; i < each.size(); ++i)
                spec.overlays.push_back(read_name(each[i], step(where, i)));
        } else {
            unknown_key("", key, known);
        }
    }
    return spec;
}

}  // namespace slay

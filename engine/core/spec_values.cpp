#include "engine/core/spec_values.h"

#include <algorithm>

#include "engine/core/experiment_info.h"
#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/text.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay::spec_values {
namespace {

using nlohmann::json;

constexpr std::size_t max_list = 10'000;

ParameterValue scalar(const json& value, const std::string& pointer) {
    auto read = value_from_json(value);
    if (!read) expected(pointer, value, "a single value");
    return *read;
}

}  // namespace

std::string step(const std::string& pointer, std::string_view key) {
    return pointer + pointer_step(key);
}
std::string step(const std::string& pointer, std::size_t index) {
    return pointer + '/' + std::to_string(index);
}

std::string shown(const json& value) {
    if (value.is_array()) return "a list";
    if (value.is_object()) return "an object";
    if (value.is_null()) return "null";
    return clean_text(value.dump(-1, ' ', false, json::error_handler_t::replace), 80);
}

void fail(const std::string& pointer, const std::string& message) {
    throw SpecFault{pointer, message};
}

void expected(const std::string& pointer, const json& value, const char* what) {
    fail(pointer, shown(value) + " where " + what + " was expected");
}

void require_object(const json& value, const std::string& pointer, const char* what) {
    if (!value.is_object()) expected(pointer, value, what);
}

void require_list(const json& value, const std::string& pointer, const char* what) {
    if (!value.is_array()) expected(pointer, value, what);
    if (value.size() > max_list)
        fail(pointer, "a list of " + std::to_string(value.size()) + " entries; at most " +
                          std::to_string(max_list) + " are taken");
}

std::string read_text(const json& value, const std::string& pointer, std::size_t max_length) {
    if (!value.is_string()) expected(pointer, value, "a text");
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > max_length)
        fail(pointer, "a text of " + std::to_string(text.size()) + " bytes; at most " +
                          std::to_string(max_length) + " are taken");
    return clean_text(text, max_length);
}

std::string read_name(const json& value, const std::string& pointer) {
    const std::string name = read_text(value, pointer, 64);
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    if (name.empty() || name.front() == '.' || name.front() == '-' ||
        !std::all_of(name.begin(), name.end(), plain))
        fail(pointer, '"' + name +
                          "\" is not a name: expected letters, digits, - _ and . (first a letter "
                          "or digit)");
    return name;
}

ParameterValue accepted(const Infos& infos, const json& value, const std::string& pointer) {
    const ParameterValue raw = scalar(value, pointer);
    for (const ParameterInfo* info : infos)
        if (auto result = accept_value(*info, raw)) return *result;
    fail(pointer, accept_value(*infos.front(), raw).error().message);
}

Infos parameters_where(const std::function<bool(const ParameterInfo&)>& test) {
    Infos infos;
    for (const ParameterInfo& row : shared_parameters())
        if (test(row)) infos.push_back(&row);
    for (const VariantInfo& variant : variant_catalog())
        for (const ParameterInfo& row : variant.parameters)
            if (test(row)) infos.push_back(&row);
    return infos;
}

Words names_of(const Infos& infos, std::string ParameterInfo::*member) {
    Words words;
    for (const ParameterInfo* info : infos)
        if (std::find(words.begin(), words.end(), info->*member) == words.end())
            words.push_back(info->*member);
    return words;
}

void unknown_key(const std::string& pointer, std::string_view key, const Words& known) {
    fail(step(pointer, key), "unknown key; " + suggestion(key, known));
}

}  // namespace slay::spec_values

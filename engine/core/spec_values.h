// The values inside a preset: each read with its check. All of these throw SpecFault.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/parameters.h"
#include "engine/core/spec_reader.h"

namespace slay::spec_values {

using Words = std::vector<std::string>;
using Infos = std::vector<const ParameterInfo*>;

// One step further down a JSON pointer.
std::string step(const std::string& pointer, std::string_view key);
std::string step(const std::string& pointer, std::size_t index);

[[noreturn]] void fail(const std::string& pointer, const std::string& message);
[[noreturn]] void expected(const std::string& pointer, const nlohmann::json& value,
                           const char* what);
[[noreturn]] void unknown_key(const std::string& pointer, std::string_view key, const Words& known);

// The value in a message: "12", "\"abc\"", "a list", "an object".
std::string shown(const nlohmann::json& value);

void require_object(const nlohmann::json& value, const std::string& pointer, const char* what);
void require_list(const nlohmann::json& value, const std::string& pointer, const char* what);
std::string read_text(const nlohmann::json& value, const std::string& pointer,
                      std::size_t max_length);
// A word that may become part of a file's name.
std::string read_name(const nlohmann::json& value, const std::string& pointer);

// Every parameter that a preset may set, shared or of a variant, that passes the test; and the
// different texts of one of their members.
Infos parameters_where(const std::function<bool(const ParameterInfo&)>& test);
Words names_of(const Infos& infos, std::string ParameterInfo::*member);

// The value as the first of the parameters that takes it; a variant may have its own range.
ParameterValue accepted(const Infos& infos, const nlohmann::json& value,
                        const std::string& pointer);

}  // namespace slay::spec_values

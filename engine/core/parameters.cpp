#include "engine/core/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::size_t max_text = 512;

std::string shortest(double value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return std::string(text, end);
}

std::string quoted(const ParameterValue& value) {
    if (const auto* text = std::get_if<std::string>(&value))
        return '"' + clean_text(*text, 64) + '"';
    return to_text(value);
}

Error wrong(const ParameterValue& value, const std::string& expectation) {
    return {ErrorKind::bad_data, quoted(value) + ' ' + expectation};
}

// "is not a positive integer", "is more than the largest length, 1073741824".
std::optional<std::string> out_of_range(const ParameterInfo& info, double number) {
    if (std::isnan(number)) return std::string("is not a number");
    if (number < info.minimum) {
        if (info.minimum == 1 && info.kind == ParameterKind::integer)
            return std::string("is not a positive integer");
        if (info.minimum == 0 && number < 0) return std::string("is negative");
        return "is less than " + shortest(info.minimum) + ", the smallest " + info.id;
    }
    if (number > info.maximum)
        return "is more than " + shortest(info.maximum) + ", the largest " + info.id;
    return std::nullopt;
}

Result<ParameterValue> accept_number(const ParameterInfo& info, const ParameterValue& value) {
    const bool whole = info.kind == ParameterKind::integer;
    double number = 0;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        number = static_cast<double>(*integer);
    else if (const auto* real = std::get_if<double>(&value))
        number = *real;
    else
        return wrong(value, whole ? "is not an integer" : "is not a number");
    if (whole && number != std::floor(number)) return wrong(value, "is not an integer");
    if (const auto trouble = out_of_range(info, number)) return wrong(value, *trouble);
    if (!whole) return ParameterValue{number};
    if (std::holds_alternative<std::int64_t>(value)) return value;
    return ParameterValue{static_cast<std::int64_t>(number)};  // 1e3: inside the range, so exact
}

// A choice without choices takes any text: a name or a path.
Result<ParameterValue> accept_text(const ParameterValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (!text || text->empty()) return wrong(value, "is not a text");
    if (text->size() > max_text || *text != clean_text(*text, max_text))
        return wrong(value, "is not a text of one line, 512 bytes at most");
    return value;
}

}  // namespace

std::string to_text(const ParameterValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&value)) return shortest(*real);
    return std::get<std::string>(value);
}

void Parameters::erase(std::string_view id) {
    const auto found = values_.find(id);
    if (found != values_.end()) values_.erase(found);
}

const ParameterValue* Parameters::find(std::string_view id) const {
    const auto found = values_.find(id);
    return found == values_.end() ? nullptr : &found->second;
}

std::int64_t Parameters::integer(std::string_view id, std::int64_t fallback) const {
    const ParameterValue* value = find(id);
    const auto* integer = value ? std::get_if<std::int64_t>(value) : nullptr;
    return integer ? *integer : fallback;
}

double Parameters::real(std::string_view id, double fallback) const {
    const ParameterValue* value = find(id);
    if (!value) return fallback;
    if (const auto* real = std::get_if<double>(value)) return *real;
    if (const auto* integer = std::get_if<std::int64_t>(value))
        return static_cast<double>(*integer);
    return fallback;
}

bool Parameters::flag(std::string_view id, bool fallback) const {
    const ParameterValue* value = find(id);
    const auto* flag = value ? std::get_if<bool>(value) : nullptr;
    return flag ? *flag : fallback;
}

std::string Parameters::text(std::string_view id, std::string fallback) const {
    const ParameterValue* value = find(id);
    const auto* text = value ? std::get_if<std::string>(value) : nullptr;
    return text ? *text : fallback;
}

Result<ParameterValue> accept_value(const ParameterInfo& info, const ParameterValue& value) {
    switch (info.kind) {
        case ParameterKind::flag:
            if (std::holds_alternative<bool>(value)) return value;
            return wrong(value, "is neither true nor false");
        case ParameterKind::choice: {
            const auto* text = std::get_if<std::string>(&value);
            if (info.choices.empty()) return accept_text(value);
            if (text &&
                std::find(info.choices.begin(), info.choices.end(), *text) != info.choices.end())
                return value;
            std::string list;
            for (const std::string& choice : info.choices) {
                if (!list.empty()) list += ", ";
                list += '"' + choice + '"';
            }
            return wrong(value, "is not one of " + list);
        }
        case ParameterKind::integer:
        case ParameterKind::real:
            return accept_number(info, value);
    }
    return wrong(value, "has no known kind");
}

}  // namespace slay

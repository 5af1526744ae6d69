#include "engine/core/spec_settings.h"

#include <nlohmann/json.hpp>

namespace slay {
namespace {

using nlohmann::json;

// RFC 6901: "~" and "/" in a key.
std::string escaped(const std::string& key) {
    std::string out;
    for (const char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

// Member by member where nothing was taken out; else the whole object.
void compare(const json& before, const json& now, const std::string& pointer,
             std::vector<std::string>& out) {
    if (before == now) return;
    bool by_member = before.is_object() && now.is_object();
    if (by_member)
        for (const auto& [key, value] : before.items()) by_member = by_member && now.contains(key);
    if (!by_member) {
        out.push_back(pointer + '=' + now.dump(-1, ' ', false, json::error_handler_t::replace));
        return;
    }
    for (const auto& [key, value] : now.items()) {
        const auto old = before.find(key);
        compare(old == before.end() ? json() : *old, value, pointer + '/' + escaped(key), out);
    }
}

}  // namespace

std::vector<std::string> settings_between(const SweepSpec& base, const SweepSpec& edited) {
    std::vector<std::string> out;
    const json before = to_json(base), now = to_json(edited);
    for (const auto& [key, value] : now.items()) {
        const auto old = before.find(key);
        compare(old == before.end() ? json() : *old, value, '/' + escaped(key), out);
    }
    // A member that is absent means its default: an empty one says so.
    for (const auto& [key, value] : before.items())
        if (!now.contains(key))
            out.push_back('/' + escaped(key) + '=' +
                          (value.is_array()    ? "[]"
                           : value.is_object() ? "{}"
                                               : "\"\""));
    return out;
}

std::string shell_word(std::string_view word) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_";
    if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos)
        return std::string(word);
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + '\'';
}

std::string shell_line(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_word(word);
    return line;
}

}  // namespace slay

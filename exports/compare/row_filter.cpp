#include "exports/compare/row_filter.h"

#include <charconv>
#include <sstream>
#include <utility>

namespace slay {
namespace {

using Relation = RowCondition::Relation;

// The longer ones first.
constexpr std::pair<const char*, Relation> relations[] = {
    {"<=", Relation::at_most}, {">=", Relation::at_least}, {"!=", Relation::unequal},
    {"=", Relation::equal},    {"<", Relation::less},      {">", Relation::greater},
};

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::optional<double> number_of(const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <typename Value>
bool in_relation(Relation relation, const Value& a, const Value& b) {
    switch (relation) {
        case Relation::equal:
            return a == b;
        case Relation::unequal:
            return a != b;
        case Relation::less:
            return a < b;
        case Relation::at_most:
            return a <= b;
        case Relation::greater:
            return a > b;
        case Relation::at_least:
            return a >= b;
    }
    return false;
}

}  // namespace

bool RowCondition::holds(const std::string& value) const {
    return in_relation(relation, value, text);
}

bool RowCondition::holds(double value) const {
    return number && in_relation(relation, value, *number);
}

RowFilter parse_filter(const std::string& text, bool (*is_id)(const std::string& id)) {
    RowFilter filter;
    std::istringstream words(lower(text));
    for (std::string word; words >> word;) {
        bool condition = false;
        const auto place = word.find_first_of("<>!=");
        const std::string id = word.substr(0, place);
        if (place != std::string::npos && place > 0 && is_id(id))
            for (const auto& [sign, relation] : relations) {
                const std::string_view mark(sign);
                if (word.compare(place, mark.size(), mark) != 0) continue;
                const std::string value = word.substr(place + mark.size());
                if (value.empty()) break;  // still being typed
                filter.conditions.push_back({id, relation, value, number_of(value)});
                condition = true;
                break;
            }
        if (!condition) filter.words.push_back(word);
    }
    return filter;
}

bool meets(const Point& point, const RowCondition& condition) {
    const ParameterValue* value = point.parameters.find(condition.id);
    if (!value) return false;
    if (const auto* whole = std::get_if<std::int64_t>(value))
        return condition.holds(static_cast<double>(*whole));
    if (const auto* real = std::get_if<double>(value)) return condition.holds(*real);
    return condition.holds(lower(to_text(*value)));
}

}  // namespace slay

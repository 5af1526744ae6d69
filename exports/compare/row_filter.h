// What a person types to see some of the rows: words, and conditions such as length>=1024.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/point.h"

namespace slay {

struct RowCondition {
    enum class Relation { equal, unequal, less, at_most, greater, at_least };
    std::string id;  // of a parameter, or "variant", "state", "run", "value"
    Relation relation = Relation::equal;
    std::string text;              // in lower case
    std::optional<double> number;  // where the text is one

    bool holds(const std::string& value) const;  // in lower case
    bool holds(double value) const;
};

struct RowFilter {
    std::vector<std::string> words;  // in lower case; a row holds all of them
    std::vector<RowCondition> conditions;
};

// Words are parted by spaces; "id=value", "!=", "<", "<=", ">", ">=" are conditions where `is_id`
// says so, and words of the row's text elsewhere.
RowFilter parse_filter(const std::string& text, bool (*is_id)(const std::string& id));

// Whether a point's parameter meets the condition; one that it does not have meets none.
bool meets(const Point& point, const RowCondition& condition);

}  // namespace slay

#include "exports/compare/compare_csv.h"

#include "exports/csv.h"

namespace slay {

std::string compare_csv(const RunComparison& runs, const std::vector<std::size_t>& rows) {
    const std::vector<std::string> differing = runs.differing(rows);
    const std::string& metric = runs.metric();
    std::vector<std::string> heads{"run", "point", "variant"};
    for (const std::string& id : differing) heads.push_back(csv_text(id));
    for (const char* head : {"state", "metric", "value", "low", "high", "count", "ratio",
                             "ratio_low", "ratio_high", "verdict"})
        heads.emplace_back(head);
    std::string out = csv_line(heads);
    const auto number = [](const std::optional<double>& value) {
        return value ? csv_number(*value) : std::string();
    };
    for (const std::size_t i : rows) {
        const RunComparison::Row& row = runs.rows()[i];
        const Point& point = row.point->point;
        std::vector<std::string> cells{csv_text(runs.runs()[row.run].label), csv_text(point.id),
                                       csv_text(point.variant)};
        for (const std::string& id : differing) {
            const ParameterValue* value = point.parameters.find(id);
            cells.push_back(value ? csv_text(to_text(*value)) : std::string());
        }
        cells.emplace_back(to_string(row.point->result.state));
        cells.push_back(metric);
        if (row.value) {
            cells.push_back(csv_number(row.value->value));
            cells.push_back(number(row.value->low));
            cells.push_back(number(row.value->high));
            cells.push_back(std::to_string(row.value->count));
        } else {
            cells.insert(cells.end(), 4, "");
        }
        const Compared found = runs.against(row);
        cells.push_back(found.ratio.value > 0 ? csv_number(found.ratio.value) : "");
        cells.push_back(number(found.ratio.low));
        cells.push_back(number(found.ratio.high));
        cells.emplace_back(verdict_words(found.verdict, metric));
        out += csv_line(cells);
    }
    return out;
}

}  // namespace slay

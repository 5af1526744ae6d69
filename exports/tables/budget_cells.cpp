#include "exports/tables/budget_cells.h"

#include <fmt/format.h>

#include <set>

#include "exports/tables/table_notes.h"

namespace slay {

std::vector<std::string> budget_columns(const std::vector<const RecordedPoint*>& points) {
    std::vector<std::string> columns;
    for (const std::string id : budget_ids) {
        std::set<std::string> values;
        for (const RecordedPoint* point : points)
            if (const ParameterValue* value = point->point.parameters.find(id))
                values.insert(to_text(*value));
        const bool always = id != "epsilon";
        if (values.size() > 1 || (always && !values.empty())) columns.push_back(id);
    }
    return columns;
}

std::vector<TableColumn> budget_heads(const RunRecord& record,
                                      const std::vector<std::string>& parameters,
                                      const std::vector<std::string>& metrics) {
    std::vector<TableColumn> heads{{"Variant", false, ""}};
    for (const std::string& each : parameters) heads.push_back({latex_symbol(each), true, ""});
    for (const std::string& each : metrics)
        heads.push_back({latex_heading(metric_info(record, each)), true, ""});
    return heads;
}

TableCell whole_cell(double value) {
    Rounded number;
    number.text = fmt::format("{:.0f}", value);
    number.integers = static_cast<int>(number.text.size());
    return TableCell::of(number);
}

TableCell budget_cell(const RecordedPoint& point, const std::string& id) {
    const ParameterValue* value = point.point.parameters.find(id);
    if (!value) return {};
    if (id == "epsilon") return TableCell::text_of("\\num{" + to_text(*value) + "}");
    return whole_cell(point.point.parameters.real(id));
}

}  // namespace slay

// A request to a run as JSON, and back. Text of a file is a stranger's: everything is checked again
// by complete_point before it is measured.
#include "engine/core/json_codec.h"
#include "engine/core/json_text.h"
#include "engine/core/plan_growth.h"
#include "engine/core/units.h"

namespace slay {
namespace {

using nlohmann::json;

constexpr const char* schema = "slay-request/1";
constexpr std::size_t id_digits = 16;

bool is_point_id(const std::string& text) {
    return text.size() == id_digits &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::string to_text(const PlanGrowth& growth) {
    Json out;
    out["schema"] = schema;
    out["why"] = growth.why;
    out["add"] = Json::array();
    for (const Point& point : growth.add) {
        Json row;
        row["experiment"] = point.experiment;
        row["variant"] = point.variant;
        row["parameters"] = to_json(point.parameters);
        out["add"].push_back(std::move(row));
    }
    out["rerun"] = growth.rerun;
    return out.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<PlanGrowth> parse_growth(std::string_view text, const std::string& source) {
    const auto wrong = [&](const std::string& what) {
        return Error{ErrorKind::bad_data, clean_text(source) + ": " + what};
    };
    const Result<json> parsed = parse_json(text, source);
    if (!parsed) return parsed.error();
    const json& object = *parsed;
    if (!object.is_object()) return wrong("holds no JSON object");
    if (text_member(object, "schema") != schema)
        return wrong(std::string("/schema: expected \"") + schema + '"');
    PlanGrowth growth;
    growth.why = clean_text(text_member(object, "why"), 200);
    const json& add = member(object, "add");
    if (add.is_array()) {
        if (add.size() > max_plan_points) return wrong("/add: more points than a run takes");
        for (const json& row : add) {
            Point point;
            point.experiment = text_member(row, "experiment");
            point.variant = text_member(row, "variant");
            point.parameters = parameters_from_json(member(row, "parameters"));
            growth.add.push_back(std::move(point));
        }
    }
    const json& rerun = member(object, "rerun");
    if (rerun.is_array()) {
        if (rerun.size() > max_plan_points) return wrong("/rerun: more points than a run has");
        for (const json& id : rerun) {
            if (!id.is_string() || !is_point_id(id.get<std::string>()))
                return wrong("/rerun: expected ids of points, of 16 hexadecimal digits");
            growth.rerun.push_back(id.get<std::string>());
        }
    }
    if (growth.empty()) return wrong("asks for nothing: expected /add or /rerun");
    return growth;
}

}  // namespace slay

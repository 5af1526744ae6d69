#include "exports/findings/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/core/experiment_info.h"
#include "engine/core/metric.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "exports/findings/finding_files.h"
#include "exports/published.h"

namespace slay {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void fault(const std::string& message) {
    throw std::invalid_argument(message);
}

void only_keys(const Json& object, std::initializer_list<std::string_view> known,
               const std::string& where) {
    for (const auto& [key, value] : object.items())
        if (std::find(known.begin(), known.end(), key) == known.end())
            fault(where + ": \"" + key + "\" is no key here");
}

Parameters read_parameters(const Json& object, const std::string& where) {
    Parameters out;
    for (const auto& [id, value] : object.items()) {
        const ParameterInfo* info = find_parameter(id);
        if (!info) fault(where + ": \"" + id + "\" is no parameter");
        if (value.is_boolean())
            out.set(id, value.get<bool>());
        else if (value.is_number_integer() && info->kind != ParameterKind::real)
            out.set(id, value.get<std::int64_t>());
        else if (value.is_number())
            out.set(id, value.get<double>());
        else
            out.set(id, value.get<std::string>());
    }
    return out;
}

CheckTerm read_term(const Json& json, const std::string& where) {
    CheckTerm term;
    if (json.is_string()) {
        term.variant = json.get<std::string>();
        if (!find_variant(term.variant)) fault(where + ": \"" + term.variant + "\" is no variant");
        return term;
    }
    only_keys(json, {"published", "label", "where", "floor", "value"}, where);
    if (json.contains("published")) {
        term.kind = CheckTerm::Kind::published;
        term.published = json.at("published").get<std::string>();
        term.label = json.at("label").get<std::string>();
        term.where = read_parameters(json.value("where", Json::object()), where);
        if (!find_published(term.published))
            fault(where + ": there are no published numbers named " + term.published);
    } else if (json.contains("floor")) {
        term.kind = CheckTerm::Kind::floor;
        term.floor = json.at("floor").get<std::string>();
        if (term.floor != "bytes" && term.floor != "operations")
            fault(where + ": a floor is of \"bytes\" or \"operations\"");
    } else {
        term.kind = CheckTerm::Kind::constant;
        term.value = json.at("value").get<double>();
        term.label = json.at("label").get<std::string>();
        if (!(term.value > 0)) fault(where + ": a value is positive");
    }
    return term;
}

Check read_check(const Json& json, const std::string& where) {
    only_keys(
        json,
        {"label", "experiment", "metric", "numerator", "denominator", "conditions", "length_from",
         "device", "at_least_metric", "at_least", "at_most", "aim", "claimed", "decides"},
        where);
    Check check;
    check.label = json.at("label").get<std::string>();
    check.experiment = json.at("experiment").get<std::string>();
    check.metric = json.at("metric").get<std::string>();
    check.numerator = read_term(json.at("numerator"), where + ": numerator");
    if (json.contains("denominator"))
        check.denominator = read_term(json.at("denominator"), where + ": denominator");
    check.conditions = read_parameters(json.value("conditions", Json::object()), where);
    check.length_from = json.value("length_from", std::int64_t{0});
    check.device = json.value("device", std::string());
    const Json least = json.value("at_least_metric", Json::object());
    for (const auto& [id, value] : least.items()) check.at_least_metric[id] = value.get<double>();
    if (json.contains("at_least")) check.low = json.at("at_least").get<double>();
    if (json.contains("at_most")) check.high = json.at("at_most").get<double>();
    if (json.contains("aim")) check.aim = json.at("aim").get<double>();
    check.claimed = json.value("claimed", std::string());
    check.decides = json.value("decides", true);
    if (!check.low && !check.high) fault(where + ": needs at_least or at_most");
    if (check.low && check.high && *check.low > *check.high)
        fault(where + ": at_least is above at_most");
    const bool measured =
        check.numerator.kind == CheckTerm::Kind::measured ||
        (check.denominator && check.denominator->kind == CheckTerm::Kind::measured);
    if (!measured) fault(where + ": neither side is measured");
    return check;
}

FindingSet read_set(const Json& json, const std::string& id) {
    only_keys(json, {"schema", "title", "table", "shown_from", "devices", "findings"}, "");
    if (json.at("schema") != "slay-findings/1") fault("the schema is not slay-findings/1");
    FindingSet set;
    set.id = id;
    set.title = json.at("title").get<std::string>();
    set.table = json.at("table").get<std::string>();
    set.shown_from = json.value("shown_from", std::size_t{1});
    for (const Json& each : json.value("devices", Json::array()))
        set.devices.push_back(
            {each.at("match").get<std::string>(), each.at("bytes_per_second").get<double>(),
             each.at("flops").get<double>(), each.at("float32_flops").get<double>()});
    for (const Json& each : json.at("findings")) {
        only_keys(each, {"id", "title", "claim", "checks"}, "findings");
        Finding finding{each.at("id").get<std::string>(),
                        each.at("title").get<std::string>(),
                        each.at("claim").get<std::string>(),
                        {}};
        for (const Json& check : each.at("checks"))
            finding.checks.push_back(read_check(
                check, fmt::format("{}, check {}", finding.id, finding.checks.size() + 1)));
        if (finding.checks.empty()) fault(finding.id + ": has no checks");
        set.findings.push_back(std::move(finding));
    }
    return set;
}

}  // namespace

Result<FindingSet> parse_findings(std::string_view json_text, const std::string& id) {
    try {
        return read_set(Json::parse(json_text), id);
    } catch (const std::exception& error) {
        return Error{ErrorKind::bad_data,
                     id + ": not a file of findings: " + clean_text(error.what())};
    }
}

const std::vector<FindingSet>& finding_sets() {
    static const std::vector<FindingSet> all = [] {
        std::vector<FindingSet> out;
        for (const FindingFile& file : finding_files()) {
            Result<FindingSet> set = parse_findings(file.text, std::string(file.id));
            if (!set) throw std::logic_error(set.error().message);
            out.push_back(std::move(set).value());
        }
        return out;
    }();
    return all;
}

const FindingSet* find_finding_set(std::string_view id) {
    for (const FindingSet& each : finding_sets())
        if (each.id == id) return &each;
    return nullptr;
}

}  // namespace slay

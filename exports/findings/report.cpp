#include "exports/findings/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/core/units.h"
#include "exports/csv.h"
#include "exports/latex_text.h"

namespace slay {
namespace {

using Json = nlohmann::ordered_json;

std::string expected_text(const Check& check) {
    return check.claimed.empty() ? accepted_text(check) : check.claimed;
}

bool has_aims(const FindingSet& set) {
    for (const Finding& finding : set.findings)
        for (const Check& check : finding.checks)
            if (check.aim) return true;
    return false;
}

std::string aim_text(const Check& check) {
    if (!check.aim) return {};
    const double aim = *check.aim;
    return (aim >= 1e4 ? format_count(aim) : fmt::format("{:g}", aim)) +
           (check.low ? " or more" : " or less");
}

// An infinite end is no number of JSON or of a spreadsheet: it is left out.
Json number_or_null(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json figure_json(const std::optional<Extent>& figure) {
    if (!figure) return nullptr;
    return {{"value", number_or_null(figure->value)},
            {"low", number_or_null(figure->low)},
            {"high", number_or_null(figure->high)},
            {"has_interval", figure->has_interval},
            {"count", figure->count}};
}

Json check_json(const CheckAnswer& answer) {
    const Check& check = *answer.check;
    Json json = {{"label", check.label},
                 {"experiment", check.experiment},
                 {"metric", check.metric},
                 {"decides", check.decides},
                 {"claimed", check.claimed},
                 {"at_least", check.low ? Json(*check.low) : Json(nullptr)},
                 {"at_most", check.high ? Json(*check.high) : Json(nullptr)},
                 {"aim", check.aim ? Json(*check.aim) : Json(nullptr)},
                 {"figure", figure_json(answer.figure)},
                 {"answer", to_string(answer.verdict)},
                 {"aim_reached", answer.aim_reached},
                 {"reason", answer.reason},
                 {"rows", Json::array()}};
    for (const CheckRow& row : answer.rows)
        json["rows"].push_back({{"run", row.run},
                                {"conditions", row.conditions},
                                {"points", row.points},
                                {"figure", figure_json(row.figure)},
                                {"answer", to_string(row.verdict)},
                                {"reason", row.reason}});
    return json;
}

}  // namespace

std::vector<JudgedSet> judge_all(std::span<const RunRecord* const> records) {
    std::vector<JudgedSet> out;
    for (const FindingSet& set : finding_sets()) out.push_back({&set, judge(set, records)});
    return out;
}

Table findings_table(const JudgedSet& judged, const std::string& measured_on) {
    Table table;
    table.id = judged.set->table;
    const bool aims = has_aims(*judged.set);
    table.columns = {
        {"Check", false, ""}, {"Measured", false, ""}, {aims ? "Accept" : "Expected", false, ""}};
    if (aims) table.columns.push_back({"Aim", false, ""});
    table.columns.push_back({"Answer", false, ""});

    std::map<std::string, int> notes;
    const auto note_of = [&](const std::string& reason) {
        if (reason.empty()) return -1;
        const auto [at, fresh] = notes.try_emplace(reason, static_cast<int>(table.notes.size()));
        if (fresh) {
            std::string text = latex_escape(reason, 300);
            if (text.back() != '.') text += '.';
            text.front() =
                static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
            table.notes.push_back(std::move(text));
        }
        return at->second;
    };
    const auto text = [](const std::string& words, int note = -1) {
        return TableCell::text_of(latex_escape(words, 120), note);
    };
    for (const FindingAnswer& answer : judged.answers) {
        TableGroup group{latex_escape(answer.finding->title, 160), {}};
        if (!aims) group.title += ": \\textbf{" + std::string(to_string(answer.verdict)) + "}";
        for (const CheckAnswer& check : answer.checks) {
            // What neither decides nor was measured is in the CSV file alone.
            if (!check.check->decides && !check.figure) continue;
            TableRow row;
            row.cells.push_back(text(check.check->label));
            row.cells.push_back(check.figure ? text(figure_text(*check.figure))
                                             : TableCell::text_of("--"));
            row.cells.push_back(text(expected_text(*check.check)));
            if (aims) row.cells.push_back(text(aim_text(*check.check)));
            row.cells.push_back(text(answer_text(check), note_of(check.reason)));
            group.rows.push_back(std::move(row));
        }
        table.groups.push_back(std::move(group));
    }
    table.caption = latex_escape(judged.set->title, 160) + " (" + latex_escape(measured_on, 120) +
                    "). Ratios with their 95\\,\\% intervals; ";
    table.caption +=
        aims ? "accepted, and aim reached: the whole interval is there; missed: none of "
               "it is where it would be accepted."
             : "supported: the whole interval is where it is expected; refuted: none "
               "of it is. Rows marked ``beside'' do not decide.";
    return table;
}

std::string findings_csv(const JudgedSet& judged) {
    std::string out =
        csv_line({"finding", "finding_answer", "check", "decides", "claimed", "at_least", "at_most",
                  "aim", "check_answer", "run", "conditions", "numerator_point",
                  "denominator_point", "value", "low", "high", "count", "answer", "reason"});
    const auto number = [](const std::optional<double>& value) {
        return value ? csv_number(*value) : std::string();
    };
    for (const FindingAnswer& finding : judged.answers) {
        for (const CheckAnswer& answer : finding.checks) {
            const Check& check = *answer.check;
            const std::vector<std::string> head{csv_text(finding.finding->id),
                                                std::string(to_string(finding.verdict)),
                                                csv_text(check.label),
                                                check.decides ? "true" : "false",
                                                csv_text(check.claimed),
                                                number(check.low),
                                                number(check.high),
                                                number(check.aim),
                                                std::string(to_string(answer.verdict))};
            std::vector<CheckRow> rows = answer.rows;
            if (rows.empty()) rows.push_back({"", "", {}, {}, answer.verdict, answer.reason});
            for (const CheckRow& row : rows) {
                std::vector<std::string> cells = head;
                cells.push_back(csv_text(row.run));
                cells.push_back(csv_text(row.conditions));
                for (std::size_t i = 0; i < 2; ++i)
                    cells.push_back(i < row.points.size() ? csv_text(row.points[i]) : "");
                cells.push_back(row.figure ? csv_number(row.figure->value) : "");
                cells.push_back(row.figure ? csv_number(row.figure->low) : "");
                cells.push_back(row.figure ? csv_number(row.figure->high) : "");
                cells.push_back(row.figure ? std::to_string(row.figure->count) : "");
                cells.emplace_back(to_string(row.verdict));
                cells.push_back(csv_text(row.reason));
                out += csv_line(cells);
            }
        }
    }
    return out;
}

nlohmann::ordered_json findings_json(const JudgedSet& judged) {
    Json json = {
        {"set", judged.set->id}, {"title", judged.set->title}, {"findings", Json::array()}};
    for (const FindingAnswer& answer : judged.answers) {
        Json finding = {{"id", answer.finding->id},       {"title", answer.finding->title},
                        {"claim", answer.finding->claim}, {"answer", to_string(answer.verdict)},
                        {"reason", answer.reason},        {"checks", Json::array()}};
        for (const CheckAnswer& check : answer.checks)
            finding["checks"].push_back(check_json(check));
        json["findings"].push_back(std::move(finding));
    }
    return json;
}

}  // namespace slay

#include "exports/advice/case_words.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/core/units.h"

namespace slay {
namespace {

// Two digits: a length that was read between two others is no more exact than that.
std::string about(double length) {
    const double step = std::pow(10, std::floor(std::log10(length)) - 1);
    return format_count(std::round(length / step) * step);
}

std::string interval(const MetricValue& value, int digits) {
    return value.low && value.high ? fmt::format(" ({} to {})", format_number(*value.low, digits),
                                                 format_number(*value.high, digits))
                                   : std::string();
}

std::string time_text(const CaseRow& row) {
    return (row.latency->between ? "about " : "") + format_milliseconds(row.latency->value.value);
}

// ", 8.92 times as fast as fused softmax (8.62 to 9.07)"
std::string beside_fused(const CaseRow& row) {
    if (!row.speedup) return {};
    const double times = row.speedup->value.value;
    return fmt::format(", {}{} times as fast as fused softmax{}",
                       row.speedup->between ? "about " : "", format_number(times, 3),
                       interval(row.speedup->value, 3));
}

std::string name_of(const CaseRow& row) {
    const std::string label = clean_text(row.label, 60);
    return row.budget.empty() || label.find('=') != std::string::npos ? label
                                                                      : label + " at " + row.budget;
}

void say_variants(const CaseQuestion& question, CaseAnswer& answer) {
    const std::string at = "At L = " + format_count(answer.length);
    const auto& rows = answer.rows;
    if (!answer.fastest) {
        answer.sentences.push_back(
            at + (question.most_mb || question.most_error
                      ? ": no variant that was measured keeps within these limits."
                      : ": no variant was measured on both sides of this length."));
        return;
    }
    const CaseRow& first = rows[*answer.fastest];
    if (answer.linearised) {
        const CaseRow& slay = rows[*answer.linearised];
        if (slay.speed == Speed::slower || (slay.speedup && slay.speedup->value.value < 1))
            answer.sentences.push_back(
                fmt::format("{} take fused softmax: the fastest linearised Yat, {}, takes {}{}.",
                            at, name_of(slay), time_text(slay), beside_fused(slay)));
        else
            answer.sentences.push_back(fmt::format("{} the fastest linearised Yat is {}: {}{}.", at,
                                                   name_of(slay), time_text(slay),
                                                   beside_fused(slay)));
        if (slay.speed == Speed::no_difference)
            answer.sentences.back() += " The two are not told apart.";
        const std::string from = break_even_text(answer, slay);
        if (!from.empty())
            answer.sentences.push_back(
                "It is faster than fused softmax " + from +
                (slay.always_faster
                     ? ", the shortest being L = " + format_count(slay.faster_from) + "."
                     : std::string(".")));
        if (slay.error)
            answer.sentences.push_back(fmt::format(
                "Its output is {}{} away from exact Yat (relative L2, random inputs, L = {}){}.",
                format_number(slay.error->value.value, 3), interval(slay.error->value, 3),
                format_count(slay.error->length),
                slay.uniform_error ? "; uniform weights, which ignore the kernel, are " +
                                         format_number(*slay.uniform_error, 3) + " away"
                                   : std::string()));
        if (answer.fastest != answer.linearised)
            answer.sentences.push_back(fmt::format("Fastest of all is {}: {}{}.", name_of(first),
                                                   time_text(first), beside_fused(first)));
    } else {
        answer.sentences.push_back(fmt::format("{} the fastest is {}: {}{}.", at, name_of(first),
                                               time_text(first), beside_fused(first)));
        if (question.most_error)
            answer.sentences.push_back(
                "No linearised Yat keeps within the error asked for, at the budget of this run.");
    }
}

void say_budget(const CaseQuestion& question, CaseAnswer& answer) {
    if (answer.budgets.empty()) return;
    for (const CaseBudget& each : answer.budgets) {
        if (!each.chosen) continue;
        answer.sentences.push_back(fmt::format(
            "Budget: {} at {} is the cheapest {}: error {}{} on {} inputs, {} at "
            "L = {}.",
            each.label, each.budget,
            question.most_error ? "within that error"
                                : "within a tenth of the least error measured",
            format_number(each.error.value, 3), interval(each.error, 3), answer.budget_inputs,
            format_milliseconds(each.latency.value), format_count(answer.budget_length)));
        return;
    }
    answer.sentences.push_back(
        fmt::format("Budget: none of those measured has an error of {} or less; the least is {}, "
                    "{} at {}.",
                    format_number(question.most_error.value_or(0), 3),
                    format_number(answer.budgets.back().error.value, 3),
                    answer.budgets.back().label, answer.budgets.back().budget));
}

void add_notes(const RunRecord& record, CaseAnswer& answer) {
    bool between = false, unconverged = false, memory = false, error = false;
    std::string farther;
    for (const CaseRow& row : answer.rows) {
        between = between || (row.latency && row.latency->between);
        unconverged = unconverged || (row.latency && row.latency->unconverged);
        memory = memory || row.memory.has_value();
        error = error || row.error.has_value();
        if (row.worse_than_uniform)
            farther += (farther.empty() ? "" : ", ") + clean_text(row.label, 60);
    }
    if (between)
        answer.notes.push_back(fmt::format(
            "L = {} was not measured: figures with ~ are read between two lengths that were.",
            format_count(answer.length)));
    if (!farther.empty())
        answer.notes.push_back(
            "Farther from exact Yat than uniform weights, at this budget and on these inputs, and "
            "therefore not recommended: " +
            farther + '.');
    if (unconverged)
        answer.notes.push_back(
            "Some points are unconverged: their intervals are wider than the "
            "preset asked for, or missing.");
    if (!memory)
        answer.notes.push_back(points_of(record, "memory").empty()
                                   ? "The run measured no memory."
                                   : "Memory was not measured under these conditions.");
    if (!error)
        answer.notes.push_back(
            "The run has no errors against exact Yat at this budget: switch on "
            "Kernel approximation quality.");
    if (answer.budgets.empty())
        answer.notes.push_back(
            "The run measured one budget only: switch on Feature budget to have "
            "R, M and P answered.");
}

nlohmann::ordered_json figure_json(const CaseFigure& figure) {
    nlohmann::ordered_json json{{"value", figure.value.value}};
    if (figure.value.low) json["low"] = *figure.value.low;
    if (figure.value.high) json["high"] = *figure.value.high;
    if (figure.between) json["between"] = true;
    json["length"] = figure.length;
    return json;
}

}  // namespace

std::string_view to_string(Speed speed) {
    switch (speed) {
        case Speed::faster:
            return "faster";
        case Speed::slower:
            return "slower";
        case Speed::no_difference:
            return "no difference";
        case Speed::unknown:
            break;
    }
    return "";
}

std::string figure_text(const std::optional<CaseFigure>& figure, int digits) {
    if (!figure) return {};
    return (figure->between ? "~ " : "") + format_number(figure->value.value, digits);
}

std::string break_even_text(const CaseAnswer& answer, const CaseRow& row) {
    if (row.variant.name == "standard-fused" || !row.speedup) return {};
    if (row.always_faster) return "at every length measured";
    if (row.faster_from > 0) return "from about L = " + about(row.faster_from) + " on";
    return answer.lengths.empty() ? std::string()
                                  : "nowhere up to L = " + format_count(answer.lengths.back());
}

void add_words(const RunRecord& record, const CaseQuestion& question, CaseAnswer& answer) {
    if (answer.rows.empty()) {
        answer.sentences.push_back(
            answer.cases.empty()
                ? "This run measured no latency: open one that did, or run Latency scaling."
                : "No point of this case has been measured yet.");
        say_budget(question, answer);
        return;
    }
    say_variants(question, answer);
    say_budget(question, answer);
    add_notes(record, answer);
}

nlohmann::ordered_json case_json(const CaseAnswer& answer) {
    nlohmann::ordered_json json{{"device", answer.device},
                                {"case", answer.panel.id},
                                {"length", answer.length},
                                {"sentences", answer.sentences},
                                {"notes", answer.notes}};
    auto rows = nlohmann::ordered_json::array(), budgets = nlohmann::ordered_json::array();
    for (const CaseRow& row : answer.rows) {
        nlohmann::ordered_json each{{"variant", row.variant.name}, {"budget", row.budget}};
        if (row.latency) each["latency_ms"] = figure_json(*row.latency);
        if (row.speedup) each["speedup_vs_standard_fused"] = figure_json(*row.speedup);
        if (row.speed != Speed::unknown) each["verdict"] = to_string(row.speed);
        if (row.faster_from > 0) each["faster_from"] = row.faster_from;
        if (row.memory) each["peak_mb"] = figure_json(*row.memory);
        if (row.error) each["relative_l2"] = figure_json(*row.error);
        if (row.perplexity) each["perplexity"] = row.perplexity->value;
        if (!row.out.empty()) each["out"] = row.out;
        rows.push_back(std::move(each));
    }
    for (const CaseBudget& each : answer.budgets)
        budgets.push_back({{"variant", each.variant},
                           {"budget", each.budget},
                           {"point", each.point},
                           {"relative_l2", each.error.value},
                           {"latency_ms", each.latency.value},
                           {"chosen", each.chosen}});
    json["variants"] = std::move(rows);
    json["budgets"] = std::move(budgets);
    json["budget_length"] = answer.budget_length;
    return json;
}

}  // namespace slay

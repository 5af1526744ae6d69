#include "exports/findings/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "engine/core/units.h"
#include "exports/findings/terms.h"
#include "exports/panels.h"

namespace slay {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A figure that varies from sample to sample, or from seed to seed, decides nothing without an
// interval.
bool needs_interval(const Check& check) {
    return check.metric != "peak_mb" && check.metric != "peak_absolute_mb" &&
           check.metric != "max_length";
}

Judgement verdict_of(const Check& check, const Extent& figure) {
    const double low = check.low.value_or(-infinity), high = check.high.value_or(infinity);
    if (figure.low >= low && figure.high <= high) return Judgement::supported;
    if (figure.high < low || figure.low > high) return Judgement::refuted;
    return Judgement::inconclusive;
}

bool reaches_aim(const Check& check, const Extent& figure) {
    if (!check.aim) return false;
    return check.low ? figure.low >= *check.aim : figure.high <= *check.aim;
}

// "L = 32768, forward, float32".
std::string conditions_text(const RecordedPoint& point) {
    static const std::vector<std::string> told{"length", "scale",  "pass",      "dtype", "lane",
                                               "inputs", "corpus", "objective", "width"};
    std::string out;
    for (const std::string& id : told) {
        const ParameterValue* value = point.point.parameters.find(id);
        if (!value) continue;
        out += (out.empty() ? "" : ", ") + describe_parameter(id, *value);
    }
    return out;
}

class CheckJudge {
  public:
    CheckJudge(const Check& check, const FindingSet& set) : check_(check), set_(set) {
        answer_.check = &check;
    }

    void look_at(const RunRecord& record) {
        const bool by_numerator = check_.numerator.kind == CheckTerm::Kind::measured;
        const CheckTerm& leading = by_numerator ? check_.numerator : *check_.denominator;
        const auto points = admitted_points(record, check_, leading.variant);
        if (points.empty()) return missing(leading.variant);
        for (const RecordedPoint* point : points) {
            if (!check_.device.empty() &&
                record.origin(*point).device.rfind(check_.device, 0) != 0) {
                say("measured on " + record.origin(*point).device_name +
                    "; the claim is about a GPU");
                continue;
            }
            const Side side = measured_side(record, check_, *point);
            const std::optional<Side> other = other_side(record, by_numerator, side);
            if (check_.denominator && !other) continue;
            add_row(record, by_numerator || !other ? side : *other,
                    !check_.denominator ? std::nullopt
                    : by_numerator      ? other
                                        : std::optional(side),
                    *point);
        }
    }

    CheckAnswer finish() && {
        combine();
        return std::move(answer_);
    }

  private:
    void say(const std::string& reason) {
        if (said_.empty()) said_ = reason;
    }

    void missing(const std::string& variant) {
        say(fmt::format("there is no {} point of {} under these conditions", check_.experiment,
                        variant));
    }

    // The other side under the same conditions; empty where there is none (and said why).
    std::optional<Side> other_side(const RunRecord& record, bool by_numerator, const Side& side) {
        if (!check_.denominator) return std::nullopt;
        const CheckTerm& term = by_numerator ? *check_.denominator : check_.numerator;
        if (term.kind != CheckTerm::Kind::measured)
            return recorded_side(term, check_, set_, record, *side.point);
        for (const RecordedPoint* each : admitted_points(record, check_, term.variant))
            if (shared_key(each->point.parameters) == side.shared)
                return measured_side(record, check_, *each);
        missing(term.variant);
        return std::nullopt;
    }

    void add_row(const RunRecord& record, const Side& numerator,
                 const std::optional<Side>& denominator, const RecordedPoint& leading) {
        CheckRow row;
        row.run = record.run();
        row.conditions = conditions_text(leading);
        for (const Side* side : {&numerator, denominator ? &*denominator : nullptr}) {
            if (!side) continue;
            if (side->point) row.points.push_back(side->point->point.id);
            if (!side->reason.empty())
                row.reason += (row.reason.empty() ? "" : "; ") + side->reason;
        }
        const bool complete = numerator.figure && (!denominator || denominator->figure);
        if (complete) {
            row.figure =
                denominator ? ratio_of(check_, record, numerator, *denominator) : *numerator.figure;
            const bool open = std::isinf(row.figure->high) || row.figure->low == 0;
            if (needs_interval(check_) && !row.figure->has_interval && !open) {
                row.reason += std::string(row.reason.empty() ? "" : "; ") +
                              "too few samples or seeds for an interval";
            } else {
                take_verdict(row);
            }
        }
        Parameters but_seed = leading.point.parameters;
        but_seed.erase("seed");
        // By the record itself: two files may call their runs by one id.
        keys_.push_back(fmt::format("{} {}", fmt::ptr(&record), shared_key(but_seed)));
        answer_.rows.push_back(std::move(row));
    }

    // Rows that differ in their seed alone and have no interval of their own become one that has.
    void pool_seeds() {
        std::map<std::string, std::vector<std::size_t>> groups;
        for (std::size_t i = 0; i < answer_.rows.size(); ++i) {
            const auto& figure = answer_.rows[i].figure;
            if (figure && !figure->has_interval && figure->value > 0) groups[keys_[i]].push_back(i);
        }
        std::set<std::size_t> gone;
        std::vector<CheckRow> made;
        for (const auto& [key, members] : groups) {
            if (members.size() < 2 || !needs_interval(check_)) continue;
            std::vector<double> values;
            CheckRow pooled = answer_.rows[members.front()];
            pooled.points.clear();
            for (const std::size_t i : members) {
                const CheckRow& row = answer_.rows[i];
                values.push_back(row.figure->value);
                pooled.points.insert(pooled.points.end(), row.points.begin(), row.points.end());
                gone.insert(i);
            }
            pooled.conditions += fmt::format(", {} seeds", members.size());
            pooled.reason.clear();
            pooled.figure = geometric_mean(values);
            take_verdict(pooled);
            made.push_back(std::move(pooled));
        }
        for (auto i = gone.rbegin(); i != gone.rend(); ++i)
            answer_.rows.erase(answer_.rows.begin() + static_cast<std::ptrdiff_t>(*i));
        for (CheckRow& row : made) answer_.rows.push_back(std::move(row));
    }

    void take_verdict(CheckRow& row) const {
        row.verdict = verdict_of(check_, *row.figure);
        if (row.verdict == Judgement::inconclusive)
            row.reason += std::string(row.reason.empty() ? "" : "; ") +
                          "the interval reaches beyond what is expected";
    }

    void combine() {
        pool_seeds();
        std::map<Judgement, std::size_t> counts;
        std::vector<const CheckRow*> figures;
        for (const CheckRow& row : answer_.rows) {
            if (row.figure)
                figures.push_back(&row);
            else
                say(row.conditions + ": " + row.reason);
            if (row.figure) ++counts[row.verdict];
        }
        if (figures.empty()) {
            answer_.reason = said_.empty() ? "nothing was measured for it" : said_;
            return;
        }
        answer_.figure = pooled(figures);
        answer_.aim_reached = std::all_of(figures.begin(), figures.end(), [&](const CheckRow* row) {
            return reaches_aim(check_, *row->figure);
        });
        for (const Judgement each : {Judgement::supported, Judgement::refuted})
            if (counts[each] == figures.size()) answer_.verdict = each;
        if (figures.size() == 1) {
            answer_.reason = figures.front()->reason;
        } else if (answer_.verdict == Judgement::inconclusive) {
            answer_.reason = fmt::format("holds under {} of {} conditions, is refuted under {}",
                                         counts[Judgement::supported], figures.size(),
                                         counts[Judgement::refuted]);
        } else {
            answer_.reason = fmt::format("under all {} conditions", figures.size());
        }
        if (figures.size() < answer_.rows.size())
            answer_.reason +=
                fmt::format("{}{} of {} rows have no figure", answer_.reason.empty() ? "" : "; ",
                            answer_.rows.size() - figures.size(), answer_.rows.size());
    }

    static Extent pooled(const std::vector<const CheckRow*>& rows) {
        if (rows.size() == 1) return *rows.front()->figure;
        Extent out{0, infinity, -infinity, true, 0};
        double logs = 0;
        for (const CheckRow* row : rows) {
            logs += std::log(std::max(row->figure->value, 1e-300));
            out.low = std::min(out.low, row->figure->low);
            out.high = std::max(out.high, row->figure->high);
        }
        out.value = std::exp(logs / static_cast<double>(rows.size()));
        out.count = static_cast<std::int64_t>(rows.size());
        return out;
    }

    const Check& check_;
    const FindingSet& set_;
    CheckAnswer answer_;
    std::vector<std::string> keys_;  // of the rows: run and shared conditions but the seed
    std::string said_;               // the first reason for which something is missing
};

FindingAnswer judge_one(const Finding& finding, const FindingSet& set,
                        std::span<const RunRecord* const> records) {
    FindingAnswer answer;
    answer.finding = &finding;
    bool all = true;
    for (const Check& check : finding.checks) {
        CheckJudge judge(check, set);
        for (const RunRecord* record : records) judge.look_at(*record);
        answer.checks.push_back(std::move(judge).finish());
        const CheckAnswer& latest = answer.checks.back();
        if (!check.decides) continue;
        all = all && latest.verdict == Judgement::supported;
        const bool refutes = latest.verdict == Judgement::refuted;
        if (refutes && answer.verdict != Judgement::refuted) {
            answer.verdict = Judgement::refuted;
            answer.reason.clear();
        }
        if (answer.reason.empty() && latest.verdict == answer.verdict &&
            latest.verdict != Judgement::supported)
            answer.reason = check.label + (latest.reason.empty() ? "" : ": " + latest.reason);
    }
    const bool decided = std::any_of(finding.checks.begin(), finding.checks.end(),
                                     [](const Check& each) { return each.decides; });
    if (all && decided) {
        answer.verdict = Judgement::supported;
        answer.reason.clear();
    }
    return answer;
}

}  // namespace

std::string_view to_string(Judgement verdict) {
    switch (verdict) {
        case Judgement::supported:
            return "supported";
        case Judgement::refuted:
            return "refuted";
        case Judgement::inconclusive:
            return "inconclusive";
    }
    return "inconclusive";
}

std::vector<FindingAnswer> judge(const FindingSet& set, std::span<const RunRecord* const> records) {
    std::vector<FindingAnswer> out;
    for (const Finding& finding : set.findings) out.push_back(judge_one(finding, set, records));
    return out;
}

std::vector<FindingAnswer> judge(const FindingSet& set, const RunRecord& record) {
    const RunRecord* one = &record;
    return judge(set, std::span(&one, 1));
}

std::size_t checks_with_figures(const std::vector<FindingAnswer>& answers) {
    std::size_t count = 0;
    for (const FindingAnswer& answer : answers)
        for (const CheckAnswer& check : answer.checks) count += check.figure ? 1 : 0;
    return count;
}

std::string answer_text(const CheckAnswer& answer) {
    std::string words(to_string(answer.verdict));
    if (answer.check->aim) {
        const bool accepted = answer.verdict == Judgement::supported;
        words = answer.aim_reached                     ? "aim reached"
                : accepted                             ? "accepted"
                : answer.verdict == Judgement::refuted ? "missed"
                                                       : "open";
    }
    return answer.check->decides ? words : words + " (beside)";
}

std::string accepted_text(const Check& check) {
    const auto text = [](double value) {
        return value >= 1e4 ? format_count(value) : fmt::format("{:g}", value);
    };
    if (check.low && check.high)
        return fmt::format("{} to {}", text(*check.low), text(*check.high));
    if (check.low) return text(*check.low) + " or more";
    return text(*check.high) + " or less";
}

std::string figure_text(const Extent& figure) {
    const auto text = [](double value) {
        return value >= 1e4 ? format_count(std::round(value)) : format_number(value, 3);
    };
    if (std::isinf(figure.high) && figure.low <= 0) return "not bounded";
    if (std::isinf(figure.high)) return "at least " + text(figure.low);
    if (figure.low == 0 && figure.has_interval) return "at most " + text(figure.high);
    if (!figure.has_interval) return text(figure.value);
    return fmt::format("{} ({} to {})", text(figure.value), text(figure.low), text(figure.high));
}

}  // namespace slay

#include "exports/compare/run_comparison.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "engine/core/experiment_info.h"
#include "engine/core/paired_samples.h"
#include "engine/core/variant_info.h"
#include "exports/compare/row_filter.h"
#include "exports/panels.h"

namespace slay {
namespace {

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

bool is_filter_id(const std::string& id) {
    return id == "variant" || id == "state" || id == "run" || id == "value" ||
           find_parameter(id) != nullptr;
}

bool is_own_parameter(const RunRecord& record, const RecordedPoint& point, const std::string& id) {
    const VariantInfo* variant = record.variant(point.point.variant);
    return variant && std::any_of(variant->parameters.begin(), variant->parameters.end(),
                                  [&](const ParameterInfo& each) { return each.id == id; });
}

const RecordedPoint::Samples* samples_of(const RecordedPoint& point, const std::string& metric) {
    const auto found = point.samples.find(metric);
    return found == point.samples.end() || found->second.values.empty() ? nullptr : &found->second;
}

// Numbers by size, words by letter.
bool comes_before(const ParameterValue* a, const ParameterValue* b) {
    if (!a || !b) return !a && b;
    const auto number = [](const ParameterValue& value) -> std::optional<double> {
        if (const auto* whole = std::get_if<std::int64_t>(&value))
            return static_cast<double>(*whole);
        if (const auto* real = std::get_if<double>(&value)) return *real;
        return std::nullopt;
    };
    const auto x = number(*a), y = number(*b);
    if (x && y) return *x < *y;
    return to_text(*a) < to_text(*b);
}

}  // namespace

std::size_t RunComparison::add(std::string label, std::shared_ptr<const RunRecord> record) {
    const int alike = ++labels_[label];
    if (alike > 1) label += " (" + std::to_string(alike) + ")";
    runs_.push_back({std::move(label), std::move(record)});
    add_rows(runs_.size() - 1);
    return runs_.size() - 1;
}

void RunComparison::remove(std::size_t run) {
    if (run >= runs_.size()) return;
    runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(run));
    if (baseline_.kind == Baseline::Kind::run) {
        if (baseline_.run == run) baseline_ = {};
        if (baseline_.run > run) --baseline_.run;
    }
    show(experiment_, metric_);
}

std::vector<std::string> RunComparison::experiments() const {
    std::set<std::string> there;
    for (const ComparedRun& run : runs_)
        for (const RecordedPoint& each : run.record->points()) there.insert(each.point.experiment);
    std::vector<std::string> out;
    for (const ExperimentInfo& row : experiment_catalog())
        if (there.erase(row.name) > 0) out.push_back(row.name);
    out.insert(out.end(), there.begin(), there.end());
    return out;
}

std::vector<std::string> RunComparison::metrics(const std::string& experiment) const {
    std::set<std::string> there;
    for (const ComparedRun& run : runs_)
        for (const RecordedPoint& each : run.record->points()) {
            if (each.point.experiment != experiment || !is_measured(each.result.state)) continue;
            for (const auto& [id, value] : each.result.metrics) there.insert(id);
            if (samples_of(each, "latency_ms")) there.insert("latency_ms");
        }
    std::vector<std::string> out;
    if (const ExperimentInfo* info = find_experiment(experiment))
        for (const std::string& id : info->metrics)
            if (there.erase(id) > 0) out.push_back(id);
    out.insert(out.end(), there.begin(), there.end());
    return out;
}

void RunComparison::show(const std::string& experiment, const std::string& metric) {
    experiment_ = experiment;
    metric_ = metric;
    rows_.clear();
    baselines_.clear();
    kinds_.clear();
    kind_points_.clear();
    for (std::size_t run = 0; run < runs_.size(); ++run) add_rows(run);
}

void RunComparison::add_rows(std::size_t run) {
    const RunRecord& record = *runs_[run].record;
    for (const RecordedPoint& each : record.points()) {
        if (each.point.experiment != experiment_) continue;
        Row row;
        row.run = run;
        row.point = &each;
        if (is_measured(each.result.state)) row.value = metric_value(record, each, metric_);
        if (row.value && !std::isfinite(row.value->value)) row.value.reset();
        const VariantInfo* variant = record.variant(each.point.variant);
        row.text = runs_[run].label + '\n' + each.point.variant + '\n' +
                   (variant ? variant->label : "") + '\n' +
                   std::string(to_string(each.result.state));
        for (const auto& [id, value] : each.point.parameters)
            row.text += '\n' + id + '=' + to_text(value) + '\n' + describe_parameter(id, value);
        row.text = lower(std::move(row.text));
        const auto [kind, fresh] = kinds_.try_emplace(each.point.id, kind_points_.size());
        if (fresh) kind_points_.push_back(&each.point);
        row.kind = kind->second;
        rows_.push_back(std::move(row));
        index_baseline(rows_.size() - 1);
    }
}

void RunComparison::set_baseline(Baseline baseline) {
    if (baseline.kind == Baseline::Kind::run && baseline.run >= runs_.size()) baseline = {};
    baseline_ = std::move(baseline);
    baselines_.clear();
    for (std::size_t i = 0; i < rows_.size(); ++i) index_baseline(i);
}

// What a row and its baseline have in common: the whole point, or the conditions that all variants
// share within one run.
std::string RunComparison::baseline_key(const Row& row, bool any_variant) const {
    if (!any_variant) return row.point->point.id;
    std::string key = std::to_string(row.run);
    for (const auto& [id, value] : row.point->point.parameters)
        if (!is_own_parameter(*runs_[row.run].record, *row.point, id))
            key += '\n' + id + '=' + to_text(value);
    return key;
}

// Of several that would serve (budgets of a baseline variant) the first in the plan's order does.
void RunComparison::index_baseline(std::size_t row) {
    if (baseline_.kind == Baseline::Kind::none) return;
    const bool variant = baseline_.kind == Baseline::Kind::variant;
    const Row& each = rows_[row];
    if (variant ? each.point->point.variant == baseline_.variant : each.run == baseline_.run)
        baselines_.try_emplace(baseline_key(each, variant), row);
}

std::vector<std::size_t> RunComparison::filtered(const std::string& text,
                                                 const std::string& group) const {
    RowFilter filter = parse_filter(text, is_filter_id);
    // What is asked of the parameters is the same for a point in whichever run.
    std::vector<char> fits(kind_points_.size(), 1);
    std::vector<RowCondition> of_rows;
    for (const RowCondition& each : filter.conditions) {
        const bool of_row =
            each.id == "variant" || each.id == "state" || each.id == "run" || each.id == "value";
        if (of_row) of_rows.push_back(each);
        for (std::size_t kind = 0; kind < fits.size() && !of_row; ++kind)
            fits[kind] = fits[kind] && meets(*kind_points_[kind], each);
    }
    const auto meets_row = [&](const Row& row, const RowCondition& each) {
        if (each.id == "value") return row.value && each.holds(row.value->value);
        if (each.id == "state") return each.holds(std::string(to_string(row.point->result.state)));
        return each.holds(
            lower(each.id == "run" ? runs_[row.run].label : row.point->point.variant));
    };
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Row& row = rows_[i];
        if (!fits[row.kind]) continue;
        const bool holds =
            std::all_of(of_rows.begin(), of_rows.end(),
                        [&](const RowCondition& each) { return meets_row(row, each); }) &&
            std::all_of(filter.words.begin(), filter.words.end(), [&](const std::string& word) {
                return row.text.find(word) != std::string::npos;
            });
        if (holds) out.push_back(i);
    }
    if (group.empty() || group == "run") return out;  // that is their order
    std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
        const Point& one = rows_[a].point->point;
        const Point& two = rows_[b].point->point;
        if (group == "variant") return one.variant < two.variant;
        return comes_before(one.parameters.find(group), two.parameters.find(group));
    });
    return out;
}

bool RunComparison::begins_group(const std::vector<std::size_t>& rows, std::size_t at,
                                 const std::string& group) const {
    if (at == 0) return true;
    const Row &here = rows_[rows[at]], &before = rows_[rows[at - 1]];
    if (group.empty() || group == "run") return here.run != before.run;
    if (group == "variant") return here.point->point.variant != before.point->point.variant;
    const ParameterValue* a = here.point->point.parameters.find(group);
    const ParameterValue* b = before.point->point.parameters.find(group);
    return (a == nullptr) != (b == nullptr) || (a && *a != *b);
}

std::vector<std::string> RunComparison::differing(const std::vector<std::size_t>& rows) const {
    std::map<std::string, ParameterValue> first;
    std::set<std::string> differs;
    std::vector<char> seen(kind_points_.size(), 0);
    for (const std::size_t i : rows) {
        if (std::exchange(seen[rows_[i].kind], 1)) continue;
        for (const auto& [id, value] : rows_[i].point->point.parameters) {
            const auto [known, fresh] = first.try_emplace(id, value);
            if (!fresh && known->second != value) differs.insert(id);
        }
    }
    std::vector<std::string> out;
    const auto take = [&](const std::string& id) {
        if (differs.erase(id) > 0) out.push_back(id);
    };
    for (const ParameterInfo& row : shared_parameters()) take(row.id);
    for (const VariantInfo& variant : variant_catalog())
        for (const ParameterInfo& row : variant.parameters) take(row.id);
    out.insert(out.end(), differs.begin(), differs.end());
    return out;
}

const RunComparison::Row* RunComparison::baseline_of(const Row& row) const {
    if (baseline_.kind == Baseline::Kind::none) return nullptr;
    const auto found =
        baselines_.find(baseline_key(row, baseline_.kind == Baseline::Kind::variant));
    if (found == baselines_.end()) return nullptr;
    const Row& base = rows_[found->second];
    return base.point == row.point ? nullptr : &base;
}

Compared RunComparison::against(const Row& row) const {
    const Row* base = baseline_of(row);
    if (!base || !base->value || !row.value) return {};
    const RunRecord& record = *runs_[row.run].record;
    const Better better = metric_info(record, metric_).better;
    // The larger margin of the two devices: a CPU beside a GPU is judged as a CPU is.
    CompareRules rules = rules_for(record.origin(*row.point).device);
    const Provenance& other = runs_[base->run].record->origin(*base->point);
    const CompareRules theirs_too = rules_for(other.device);
    rules.margin = std::max(rules.margin, theirs_too.margin);
    rules.host_jitter = std::max(rules.host_jitter, theirs_too.host_jitter);

    const auto* mine = samples_of(*row.point, metric_);
    const auto* theirs = samples_of(*base->point, metric_);
    // Samples of a metric that is pooled over seeds are no repetitions of one thing.
    if (metric_ != "latency_ms" || !mine || !theirs)
        return compare_values(*base->value, *row.value, better, rules);
    const bool together = row.run == base->run && side_by_side(*row.point, *base->point);
    if (together) {
        const PairedSamples pairs = pair_samples(*theirs, *mine);
        const Compared paired = compare_pairs(pairs.first, pairs.second, better, rules);
        if (paired.verdict != Verdict::unknown) return paired;
    }
    return compare_samples(theirs->values, mine->values, better, rules);
}

}  // namespace slay

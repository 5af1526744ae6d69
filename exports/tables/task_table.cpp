// Synthetic tasks: tasks by variants, a group of rows for each category.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "engine/core/experiment_info.h"
#include "engine/core/statistics.h"
#include "engine/core/task_catalog.h"
#include "exports/latex_text.h"
#include "exports/panels.h"
#include "exports/tables/run_tables.h"
#include "exports/tables/table_notes.h"

namespace slay {
namespace {

using Points = std::vector<const RecordedPoint*>;

std::string task_of(const RecordedPoint& point) {
    return point.point.parameters.text("task");
}

std::string category_of(const std::string& name) {
    const TaskInfo* task = find_task(name);
    return task ? std::string(title_of(task->category)) : std::string("Other tasks");
}

// Mean and standard deviation over the seeds as an interval; without the seeds' own values, and
// with one seed, the mean alone.
MetricValue with_deviation(const RecordedPoint& point, const MetricValue& mean_value,
                           const std::string& metric) {
    MetricValue out{mean_value.value, {}, {}, mean_value.count};
    const auto samples = point.samples.find(metric);
    if (samples == point.samples.end() || samples->second.values.size() < 2 ||
        holds_nan(samples->second.values))
        return out;
    const double deviation = standard_deviation(samples->second.values);
    out.low = out.value - deviation;
    out.high = out.value + deviation;
    return out;
}

Rounded one_decimal(double value) {
    Rounded out;
    out.text = fmt::format("{:.1f}", value);
    out.decimals = 1;
    out.integers = static_cast<int>(out.text.size()) - 2;
    return out;
}

// 98.3(4): per cent, the deviation in units of the last digit; all rows to the same place.
Rounded in_percent(const MetricValue& value) {
    Rounded out = one_decimal(100 * value.value);
    if (!value.high) return out;
    const std::string deviation = fmt::format("{:.0f}", 1000 * (*value.high - value.value));
    if (deviation == "0") return out;  // siunitx would leave it out, and the underline not
    out.uncertainty = static_cast<int>(deviation.size());
    out.text += '(' + deviation + ')';
    return out;
}

// "SLAY (anchor)" beside others of that name becomes "anchor" below a common "SLAY".
struct Head {
    std::string span, head;
};
std::optional<Head> parted(const std::string& label) {
    const std::size_t open = label.find(" (");
    if (open == std::string::npos || label.back() != ')') return std::nullopt;
    return Head{label.substr(0, open), label.substr(open + 2, label.size() - open - 3)};
}
std::vector<Head> heads_of(const std::vector<std::string>& labels) {
    std::vector<Head> out;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto here = parted(labels[i]);
        const auto shares = [&](std::size_t other) {
            const auto there = other < labels.size() ? parted(labels[other]) : std::nullopt;
            return here && there && here->span == there->span;
        };
        const bool common = shares(i + 1) || (i > 0 && shares(i - 1));
        out.push_back(common ? *here : Head{"", labels[i]});
    }
    return out;
}

class Build {
  public:
    Build(const RunRecord& record, const FigureSpec& spec)
        : record_(record), spec_(spec), points_(points_of(record, spec.experiment)) {
        find_row_parameters();
        for (const RecordedPoint* each : points_) place(*each);
    }

    Table table() {
        Table table;
        table.id = spec_.id;
        table.columns.push_back({"Task", false, ""});
        std::vector<std::string> labels;
        for (const Curve& column : columns_) labels.push_back(latex_label(column));
        for (const Head& head : heads_of(labels))
            table.columns.push_back({head.head, true, head.span});
        table.columns.push_back({"Chance", true, ""});
        add_rows(table);
        add_totals(table);
        table.notes = notes_.notes();
        table.caption = "Accuracy (\\%) on synthetic tasks, on sequences not trained on (" +
                        latex_setting(record_, points_, "task") + ").";
        if (seeds_ > 1)
            table.caption += fmt::format(
                " Mean over {} seeds; in parentheses the standard deviation, in units of the last "
                "digit (none: below half of one).",
                seeds_);
        if (marks_)
            table.caption +=
                " Best in bold, second underlined; means that the deviations do not tell from them "
                "are marked alike.";
        table.caption += " Chance: the best accuracy without attention.";
        if (seeds_ > 1 && order_.size() > 1)
            table.caption += " Training time: of all seeds side by side, all tasks together.";
        return table;
    }

  private:
    // What tells the rows of one task apart besides the task: sizes that do not follow from it.
    void find_row_parameters() {
        const std::vector<std::string> task{"task"};
        for (const ParameterInfo& info : shared_parameters()) {
            if (info.id == "task" || info.id == "seed") continue;
            std::set<std::string> values;
            for (const RecordedPoint* each : points_)
                if (const ParameterValue* value = each->point.parameters.find(info.id))
                    values.insert(to_text(*value));
            if (values.size() > 1 && !follows(points_, info.id, task))
                row_parameters_.push_back(info.id);
        }
    }

    std::string row_label(const RecordedPoint& point) const {
        std::string label = describe_parameter("task", task_of(point));
        for (const std::string& id : row_parameters_)
            if (const ParameterValue* value = point.point.parameters.find(id))
                label += ", " + describe_parameter(id, *value);
        return label;
    }

    void place(const RecordedPoint& point) {
        const std::string label = row_label(point);
        const auto [at, fresh] = rows_.try_emplace(label, order_.size());
        if (fresh) order_.push_back({label, task_of(point), {}});
        // curves_of() names the columns: one for each variant and budget.
        for (const Curve& curve : curves()) {
            const bool mine =
                std::any_of(curve.steps.begin(), curve.steps.end(), [&](const CurveStep& step) {
                    return std::find(step.points.begin(), step.points.end(), &point) !=
                           step.points.end();
                });
            if (mine) order_[at->second].cells[curve.id] = &point;
        }
    }

    const std::vector<Curve>& curves() {
        if (columns_.empty()) columns_ = curves_of(record_, points_, "task");
        return columns_;
    }

    void add_rows(Table& table) {
        std::vector<const Row*> rows;
        for (const Row& row : order_) rows.push_back(&row);
        const auto rank = [](const std::string& name) {
            const auto& all = task_catalog();
            return std::find_if(all.begin(), all.end(),
                                [&](const TaskInfo& each) { return each.name == name; }) -
                   all.begin();
        };
        std::stable_sort(rows.begin(), rows.end(),
                         [&](const Row* a, const Row* b) { return rank(a->task) < rank(b->task); });
        for (const Row* row : rows) {
            const std::string category = latex_escape(category_of(row->task), 80);
            if (table.groups.empty() || table.groups.back().title != category)
                table.groups.push_back({category, {}});
            table.groups.back().rows.push_back(table_row(*row));
        }
    }

    // The sum of a metric over all rows of a column; nothing where a row lacks it.
    std::optional<double> sum_of(const Curve& column, const std::string& metric) const {
        double sum = 0;
        for (const Row& row : order_) {
            const auto found = row.cells.find(column.id);
            if (found == row.cells.end()) return std::nullopt;
            const auto value = metric_value(record_, *found->second, metric);
            if (!value || !std::isfinite(value->value)) return std::nullopt;
            sum += value->value;
        }
        return sum;
    }

    // Of the variants that were measured on every task.
    void add_totals(Table& table) {
        if (order_.size() < 2) return;
        TableGroup group{"All tasks", {}};
        const auto add = [&](const char* label, const std::string& metric, double scale,
                             Better better) {
            TableRow row;
            row.cells.reserve(columns_.size() + 2);
            row.cells.push_back(TableCell::text_of(label));
            std::vector<RankedCell> ranked;
            for (const Curve& column : columns_) {
                row.cells.emplace_back();
                const auto sum = sum_of(column, metric);
                if (!sum) continue;
                row.cells.back() = TableCell::of(one_decimal(*sum * scale));
                ranked.push_back({&row.cells.back(), {*sum * scale, {}, {}, 1}});
            }
            row.cells.emplace_back();
            if (ranked.empty()) return;
            mark_best(std::move(ranked), better);
            group.rows.push_back(std::move(row));
        };
        const double mean = 100 / static_cast<double>(order_.size());
        add("Mean accuracy", spec_.metric, mean, Better::higher);
        add("Training time (s)", "training_seconds", 1, Better::lower);
        if (!group.rows.empty()) table.groups.push_back(std::move(group));
    }

    struct Row {
        std::string label, task;
        std::map<std::string, const RecordedPoint*> cells;  // by Curve::id
    };

    TableRow table_row(const Row& row) {
        TableRow out;
        out.cells.reserve(columns_.size() + 2);  // the ranking holds addresses of cells
        out.cells.push_back(TableCell::text_of(latex_escape(row.label, 120)));
        std::vector<RankedCell> ranked;
        std::optional<double> chance;
        for (const Curve& column : columns_) {
            const auto found = row.cells.find(column.id);
            out.cells.emplace_back();
            if (found == row.cells.end()) continue;
            const RecordedPoint& point = *found->second;
            const StepValue value = step_value(record_, {0, {&point}}, spec_.metric);
            const auto here = metric_value(record_, point, "chance_accuracy");
            if (here && std::isfinite(here->value)) chance = here->value;
            if (!value.value) {
                out.cells.back() = notes_.cell(column, value);
                continue;
            }
            const MetricValue shown = with_deviation(point, *value.value, spec_.metric);
            seeds_ = std::max(seeds_, shown.count);
            out.cells.back() = TableCell::of(in_percent(shown));
            if (!value.reason.empty()) out.cells.back().note = notes_.remark(column, value);
            ranked.push_back({&out.cells.back(), shown});
        }
        marks_ = marks_ || ranked.size() > 1;
        mark_best(std::move(ranked), Better::higher);
        out.cells.push_back(chance ? TableCell::of(in_percent({*chance, {}, {}, 1})) : TableCell{});
        return out;
    }

    const RunRecord& record_;
    const FigureSpec& spec_;
    const Points points_;
    std::vector<std::string> row_parameters_;
    std::vector<Curve> columns_;
    std::vector<Row> order_;
    std::map<std::string, std::size_t> rows_;  // label to place in order_
    NoteCollector notes_;
    std::int64_t seeds_ = 1;
    bool marks_ = false;
};

}  // namespace

Table task_table(const RunRecord& record, const FigureSpec& spec) {
    return Build(record, spec).table();
}

}  // namespace slay

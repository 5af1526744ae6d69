// The feature budget: error, latency and memory of each variant and budget, the Pareto-optimal rows
// marked.
#include <algorithm>
#include <map>
#include <set>

#include "exports/latex_text.h"
#include "exports/tables/budget_cells.h"
#include "exports/tables/run_tables.h"
#include "exports/tables/table_notes.h"
#include "exports/trade_offs.h"

namespace slay {
namespace {

using Points = std::vector<const RecordedPoint*>;
using PointSet = std::set<const RecordedPoint*>;

constexpr std::size_t most_rows = 60;

// Which points are on the front against one metric.
struct Fronts {
    std::map<std::string, PointSet, std::less<>> common, own;  // by metric id of the cost
};

// The points of one group of rows, and which of them are written.
struct Group {
    PanelPoints panel;
    Fronts fronts;
    Points rows;
};

void add_fronts(Group& group, const RunRecord& record, const FigureSpec& spec) {
    for (const std::string& cost : spec.x_metrics)
        for (const VariantTradeOffs& variant :
             trade_offs_of(record, group.panel.points, cost, spec.metric))
            for (const TradeOffPoint& each : variant.points) {
                if (each.front) group.fronts.common[cost].insert(each.point);
                if (each.own_front) group.fronts.own[cost].insert(each.point);
            }
}

std::size_t rows_of(const std::vector<Group>& groups) {
    std::size_t rows = 0;
    for (const Group& group : groups) rows += group.rows.size();
    return rows;
}

// Keeps what is on a front, and of each variant the budget next to its default.
void keep_front(Group& group, const RunRecord& record, bool own) {
    PointSet kept;
    for (const auto& [cost, points] : own ? group.fronts.own : group.fronts.common)
        kept.insert(points.begin(), points.end());
    const std::vector<std::string> budgets(budget_ids.begin(), budget_ids.end());
    for (const VariantPoints& variant : split_variants(record, group.panel.points))
        for (const RecordedPoint* each : slice_along(variant.points, budgets, ""))
            kept.insert(each);
    group.rows.clear();
    for (const RecordedPoint* each : group.panel.points)
        if (kept.contains(each)) group.rows.push_back(each);
}

struct Build {
    const RunRecord& record;
    const FigureSpec& spec;
    std::vector<std::string> budget = {};   // parameter ids with a column
    std::vector<std::string> metrics = {};  // the error, then the costs
    NoteCollector notes = {};
    ReadingHelp help = {};

    TableRow row(const VariantInfo& variant, const RecordedPoint& point, const Fronts& fronts) {
        const auto on = [&](const std::map<std::string, PointSet, std::less<>>& of,
                            const std::string& cost) {
            const auto found = of.find(cost);
            return found != of.end() && found->second.contains(&point);
        };
        Curve curve;
        curve.variant = variant;
        std::string label = latex_variant_label(variant.name, variant.label, variant.latex_label);
        if (std::any_of(spec.x_metrics.begin(), spec.x_metrics.end(),
                        [&](const std::string& cost) { return on(fronts.common, cost); }))
            label = "\\pareto{" + label + "}";
        TableRow out;
        out.cells.push_back(TableCell::text_of(label));
        for (const std::string& id : budget) out.cells.push_back(budget_cell(point, id));
        for (const std::string& id : metrics) {
            const StepValue found = step_value(record, {0, {&point}}, id);
            if (!found.value) {
                out.cells.push_back(is_measured(found.state) ? TableCell{}
                                                             : notes.cell(curve, found));
                continue;
            }
            TableCell& cell = out.cells.emplace_back(
                TableCell::of(round_for_table(*found.value, metric_info(record, id).digits)));
            help.intervals = help.intervals || cell.number.uncertainty > 0;
            help.pooled = help.pooled || (id == spec.metric && found.value->count > 1);
            if (id == "latency_ms") cell.note = notes.unconverged(found);
            cell.mark = on(fronts.common, id) ? Mark::front
                        : on(fronts.own, id)  ? Mark::own_front
                                              : Mark::none;
        }
        return out;
    }

    // What weights that ignore the kernel get.
    void add_uniform(TableGroup& out, const Points& points) const {
        for (const RecordedPoint* each : points) {
            const auto found = each->result.metrics.find("uniform_relative_l2");
            if (found == each->result.metrics.end() || !is_measured(each->result.state)) continue;
            TableRow row;
            row.cells.resize(1 + budget.size() + metrics.size());
            row.cells[0] = TableCell::text_of("\\emph{Uniform weights}");
            row.cells[1 + budget.size()] = TableCell::of(round_for_table(found->second, 3));
            out.rows.push_back(std::move(row));
            return;
        }
    }

    TableGroup group(const Group& from) {
        TableGroup out{latex_escape(from.panel.panel.label, 160), {}};
        for (const VariantPoints& variant : split_variants(record, from.rows))
            for (const RecordedPoint* each : variant.points)
                out.rows.push_back(row(variant.variant, *each, from.fronts));
        add_uniform(out, from.panel.points);
        return out;
    }
};

constexpr const char* macros =
    "% \\pareto{} marks what is on the Pareto front of all variants, \\ownpareto{} what is "
    "on the\n% front of its own variant.\n"
    "\\providecommand{\\pareto}[1]{\\bfseries #1}\n"
    "\\providecommand{\\ownpareto}[1]{#1\\slayunderline{#1}}\n";

}  // namespace

Table budget_table(const RunRecord& record, const std::string& id, const FigureSpec& spec) {
    const Points points = points_of(record, spec.experiment);
    std::vector<Group> groups;
    for (PanelPoints& panel : split_panels(points, spec.x_metrics.front())) {
        Group& group = groups.emplace_back();
        group.panel = std::move(panel);
        group.rows = group.panel.points;
        add_fronts(group, record, spec);
    }
    std::string selection;
    for (const bool own : {true, false}) {
        if (rows_of(groups) <= most_rows) break;
        for (Group& group : groups) keep_front(group, record, own);
        selection = own ? "each variant's own fronts" : "the fronts of all variants";
    }

    Build build{record, spec};
    build.budget = budget_columns(points);
    build.metrics = {spec.metric};
    build.metrics.insert(build.metrics.end(), spec.x_metrics.begin(), spec.x_metrics.end());
    Table table;
    table.id = id;
    table.macros = macros;
    table.columns = budget_heads(record, build.budget, build.metrics);
    for (const Group& group : groups) table.groups.push_back(build.group(group));
    table.notes = build.notes.notes();
    table.caption =
        "Error against exact spherical Yat, time and peak memory of one layer for each "
        "feature budget (" +
        latex_setting(record, points, "") +
        "). A time or a memory figure in bold is on the Pareto front of that cost "
        "against the error over all variants, and so is a variant in bold; underlined: "
        "on the front of its own variant." +
        latex_reading(build.help);
    if (!selection.empty())
        table.caption += " Rows: what is on " + selection +
                         ", and the budget next to each variant's default; all points are in the "
                         "CSV file.";
    return table;
}

}  // namespace slay

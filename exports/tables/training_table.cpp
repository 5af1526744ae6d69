// End-to-end training: variants by what their models came to, mean over seeds.
#include <array>
#include <cmath>
#include <map>

#include "exports/latex_text.h"
#include "exports/panels.h"
#include "exports/tables/run_tables.h"
#include "exports/tables/table_notes.h"

namespace slay {
namespace {

constexpr std::array shown_metrics{
    "validation_loss",   "perplexity",      "excess_loss",  "training_loss",    "gradient_norm",
    "gradient_norm_max", "gradient_spikes", "tokens_per_s", "training_seconds", "training_peak_mb"};

struct Build {
    const RunRecord& record;
    std::vector<std::string> metrics;
    NoteCollector notes;
    ReadingHelp help;

    using Ranked = std::map<std::string, std::vector<RankedCell>>;

    TableRow row(const Curve& curve, Ranked& ranked) {
        TableRow out;
        out.cells.reserve(1 + metrics.size());  // the ranking holds addresses of cells
        out.cells.push_back(TableCell::text_of(latex_label(curve)));
        const CurveStep& step = curve.steps.front();
        for (const std::string& id : metrics) {
            const StepValue found = step_value(record, step, id);
            if (!found.value) {
                out.cells.push_back(is_measured(found.state) ? TableCell{}
                                                             : notes.cell(curve, found));
                continue;
            }
            const MetricInfo metric = metric_info(record, id);
            out.cells.push_back(TableCell::of(round_for_table(*found.value, metric.digits)));
            // A seed that diverged is left out of the mean, and said.
            if (!found.reason.empty() && id == metrics.front())
                out.cells.back().note = notes.incomplete(curve, found);
            help.intervals = help.intervals || out.cells.back().number.uncertainty > 0;
            help.pooled = help.pooled || step.points.size() > 1;
            ranked[id].push_back({&out.cells.back(), *found.value});
        }
        return out;
    }

    // What a perfect model of the generated language would reach.
    void add_bound(TableGroup& group, const std::vector<Curve>& curves) const {
        for (const Curve& curve : curves) {
            const StepValue found = step_value(record, curve.steps.front(), "entropy_bound");
            if (!found.value) continue;
            TableRow row;
            row.cells.resize(1 + metrics.size());
            row.cells[0] = TableCell::text_of("\\emph{Entropy of the source}");
            for (std::size_t i = 0; i < metrics.size(); ++i) {
                const bool loss = metrics[i] == "validation_loss";
                if (!loss && metrics[i] != "perplexity") continue;
                const double value = loss ? found.value->value : std::exp(found.value->value);
                row.cells[1 + i] = TableCell::of(round_for_table({value, {}, {}, 1}, 4));
            }
            group.rows.push_back(std::move(row));
            return;
        }
    }

    TableGroup group(const PanelPoints& panel) {
        TableGroup out{latex_escape(panel.panel.label, 160), {}};
        const std::vector<Curve> curves = curves_of(record, panel.points, "");
        Ranked ranked;
        out.rows.reserve(curves.size() + 1);
        for (const Curve& curve : curves) out.rows.push_back(row(curve, ranked));
        for (auto& [id, cells] : ranked) {
            const Better better = metric_info(record, id).better;
            help.marks = help.marks || (cells.size() > 1 && better != Better::neither);
            mark_best(std::move(cells), better);
        }
        add_bound(out, curves);
        return out;
    }
};

}  // namespace

Table training_table(const RunRecord& record, const std::string& id, const FigureSpec& spec) {
    const auto points = points_of(record, spec.experiment);
    Build build{record, {}, {}, {}};
    for (const char* metric : shown_metrics)
        for (const RecordedPoint* each : points)
            if (each->result.metrics.contains(metric)) {
                build.metrics.emplace_back(metric);
                break;
            }
    if (build.metrics.empty()) build.metrics.emplace_back("validation_loss");

    Table table;
    table.id = id;
    table.columns.push_back({"Attention", false, ""});
    for (const std::string& each : build.metrics)
        table.columns.push_back({latex_heading(metric_info(record, each)), true, ""});
    for (const PanelPoints& panel : panels_of(record, spec))
        table.groups.push_back(build.group(panel));
    table.notes = build.notes.notes();
    table.caption =
        "Language models trained with each attention, all else the same: data and "
        "their order, initial weights, hyperparameters (" +
        latex_setting(record, points, "seed") + ")." + latex_reading(build.help);
    return table;
}

}  // namespace slay

// End-to-end training: variants by what their models came to, mean over seeds.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "exports/latex_text.h"
#include "exports/panels.h"
#include "exports/published.h"
#include "exports/tables/run_tables.h"
#include "exports/tables/table_notes.h"

namespace slay {
namespace {

// Short heads, so that the table fits across a page.
struct ShownMetric {
    const char* id;
    const char* head;
    const char* span;
};
constexpr std::array<ShownMetric, 10> shown_metrics{{
    {"perplexity", "Perplexity", ""},
    {"validation_loss", "Validation", "Loss (nats)"},
    {"training_loss", "Training", "Loss (nats)"},
    {"excess_loss", "Above entropy", "Loss (nats)"},
    {"gradient_norm", "Mean", "Gradient norm"},
    {"gradient_norm_max", "Max", "Gradient norm"},
    {"gradient_spikes", "Spikes", "Gradient norm"},
    {"tokens_per_s", "Tokens/s", ""},
    {"training_seconds", "Time (s)", ""},
    {"training_peak_mb", "Memory (MB)", ""},
}};

// The paper's language model: its perplexities stand beside those of models of the same size.
constexpr const char* paper_source = "paper-language-model";

bool is_papers_model(const RecordedPoint& point) {
    const Parameters& p = point.point.parameters;
    return p.integer("layers") == 12 && p.integer("heads") == 12 && p.integer("width") == 768 &&
           p.text("objective") == "causal-lm";
}

struct Build {
    const RunRecord& record;
    std::vector<ShownMetric> metrics;
    bool paper = false;  // a last column with the paper's perplexities
    NoteCollector notes;
    ReadingHelp help;

    using Ranked = std::map<std::string, std::vector<RankedCell>>;

    TableRow row(const Curve& curve, Ranked& ranked) {
        TableRow out;
        out.cells.reserve(2 + metrics.size());  // the ranking holds addresses of cells
        out.cells.push_back(TableCell::text_of(latex_label(curve)));
        const CurveStep& step = curve.steps.front();
        for (const auto& [shown, head, span] : metrics) {
            const std::string id = shown;
            const StepValue found = step_value(record, step, id);
            if (!found.value) {
                out.cells.push_back(is_measured(found.state) ? TableCell{}
                                                             : notes.cell(curve, found));
                continue;
            }
            const MetricInfo metric = metric_info(record, id);
            out.cells.push_back(TableCell::of(round_for_table(*found.value, metric.digits)));
            // A seed that diverged is left out of the mean, and said.
            if (!found.reason.empty() && id == metrics.front().id)
                out.cells.back().note = notes.remark(curve, found);
            help.intervals = help.intervals || out.cells.back().number.uncertainty > 0;
            help.pooled = help.pooled || step.points.size() > 1;
            ranked[id].push_back({&out.cells.back(), *found.value});
        }
        if (paper) out.cells.push_back(paper_cell(curve));
        return out;
    }

    static TableCell paper_cell(const Curve& curve) {
        const PublishedData* data = find_published(paper_source);
        if (!data || !is_papers_model(*curve.steps.front().points.front())) return {};
        for (const PublishedPoint& each : data->points)
            if (each.metric == "perplexity" && each.variant == curve.variant.name)
                return TableCell::of(round_for_table({each.value, {}, {}, 1}, 5));
        return {};
    }

    // What a perfect model of the generated language would reach.
    void add_bound(TableGroup& group, const std::vector<Curve>& curves) const {
        for (const Curve& curve : curves) {
            const StepValue found = step_value(record, curve.steps.front(), "entropy_bound");
            if (!found.value) continue;
            TableRow row;
            row.cells.resize(1 + metrics.size() + (paper ? 1 : 0));
            row.cells[0] = TableCell::text_of("\\emph{Entropy of the source}");
            for (std::size_t i = 0; i < metrics.size(); ++i) {
                const std::string id = metrics[i].id;
                const bool loss = id == "validation_loss";
                if (!loss && id != "perplexity") continue;
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
    Build build{record, {}, false, {}, {}};
    build.paper = std::any_of(points.begin(), points.end(),
                              [](const RecordedPoint* each) { return is_papers_model(*each); });
    for (const ShownMetric& metric : shown_metrics)
        if (std::any_of(points.begin(), points.end(), [&](const RecordedPoint* each) {
                return each->result.metrics.contains(metric.id);
            }))
            build.metrics.push_back(metric);
    if (build.metrics.empty()) build.metrics.push_back(shown_metrics.front());

    Table table;
    table.id = id;
    table.columns.push_back({"Attention", false, ""});
    for (const ShownMetric& each : build.metrics)
        table.columns.push_back({each.head, true, each.span});
    if (build.paper) table.columns.push_back({"Paper: perplexity", true, ""});
    for (const PanelPoints& panel : panels_of(record, spec))
        table.groups.push_back(build.group(panel));
    table.notes = build.notes.notes();
    table.caption =
        "Language models trained with each attention, all else the same: data and "
        "their order, initial weights, hyperparameters (" +
        latex_setting(record, points, "seed") + ")." + latex_reading(build.help);
    if (build.paper)
        table.caption +=
            " Paper: the published perplexity of a model of this size, trained "
            "longer and on other data.";
    return table;
}

}  // namespace slay

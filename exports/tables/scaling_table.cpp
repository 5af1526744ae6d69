// Latency and memory: variants by lengths.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/core/units.h"
#include "exports/comparable.h"
#include "exports/latex_text.h"
#include "exports/panels.h"
#include "exports/tables/run_tables.h"
#include "exports/tables/table_notes.h"

namespace slay {
namespace {

// A column of published numbers: at one x, the largest that was measured too.
struct PaperColumn {
    const PublishedData* source;
    double place;
};

struct Build {
    const RunRecord& record;
    const std::string x;
    const MetricInfo metric;
    std::vector<double> places;
    std::vector<PaperColumn> paper;
    bool all_unconverged = false;  // said once, not at each value
    NoteCollector notes;
    ReadingHelp help;

    std::string place_text(double place) const {
        return place == std::floor(place) ? fmt::format("{:.0f}", place) : format_number(place, 3);
    }

    // The longest x measured, and whether it is known to be the last that fits.
    TableCell longest(const Curve& curve) const {
        double last = -1;
        bool limited = false;
        for (const CurveStep& step : curve.steps) {
            const PointState state = step.points.front()->result.state;
            if (is_measured(state)) last = std::max(last, step.x);
            if (state == PointState::out_of_memory && step.x > last) limited = true;
        }
        if (last < 0) return TableCell::text_of("--");
        return TableCell::text_of((limited ? "" : "$\\ge$\\,") + place_text(last));
    }

    // Predicted over measured: smallest and largest.
    TableCell prediction(const Curve& curve) const {
        double low = INFINITY, high = -INFINITY;
        for (const CurveStep& step : curve.steps) {
            const StepValue measured = step_value(record, step, metric.id);
            const auto predicted = metric_value(record, *step.points.front(), "predicted_mb");
            if (!measured.value || !predicted || !(measured.value->value > 0)) continue;
            const double ratio = predicted->value / measured.value->value;
            low = std::min(low, ratio);
            high = std::max(high, ratio);
        }
        if (!(low <= high)) return TableCell::text_of("--");
        const std::string from = fmt::format("{:.2f}", low), to = fmt::format("{:.2f}", high);
        return TableCell::text_of(from == to ? from : from + "--" + to);
    }

    std::optional<double> published(const PublishedData& source, const PanelPoints& panel,
                                    const Curve& curve, double place) const {
        Parameters here = panel.panel.conditions;
        here.set(x, static_cast<std::int64_t>(place));
        return published_value(source, metric.id, curve.variant.name, here, x);
    }

    // For each overlay of the preset the largest x at which it has a number for a measured curve.
    void choose_paper(const std::vector<PanelPoints>& panels) {
        for (const PublishedData* source : overlays_of(record)) {
            double best = -1;
            for (const PanelPoints& panel : panels)
                for (const Curve& curve : curves_of(record, panel.points, x))
                    for (const CurveStep& step : curve.steps)
                        if (step.x > best && step_value(record, step, metric.id).value &&
                            published(*source, panel, curve, step.x))
                            best = step.x;
            if (best > 0) paper.push_back({source, best});
        }
    }

    TableGroup group(const PanelPoints& panel) {
        TableGroup out{latex_escape(panel.panel.label, 120), {}};
        const std::vector<Curve> curves = curves_of(record, panel.points, x);
        std::vector<std::vector<RankedCell>> ranked(places.size());
        out.rows.resize(curves.size());
        for (std::size_t r = 0; r < curves.size(); ++r) {
            const Curve& curve = curves[r];
            TableRow& row = out.rows[r];
            row.cells.reserve(3 + places.size() +
                              paper.size());  // the ranking holds addresses of cells
            row.cells.resize(1 + places.size());
            row.cells[0] = TableCell::text_of(latex_label(curve));
            for (const CurveStep& step : curve.steps) {
                const auto column = static_cast<std::size_t>(
                    std::find(places.begin(), places.end(), step.x) - places.begin());
                TableCell& cell = row.cells[1 + column];
                const StepValue found = step_value(record, step, metric.id);
                if (!found.value) {
                    cell = notes.cell(curve, found);
                    continue;
                }
                cell = TableCell::of(round_for_table(*found.value, metric.digits));
                if (!all_unconverged) cell.note = notes.unconverged(found);
                help.intervals = help.intervals || cell.number.uncertainty > 0;
                help.pooled = help.pooled || step.points.size() > 1;
                ranked[column].push_back({&cell, *found.value});
            }
            if (metric.id == "peak_mb") {
                row.cells.push_back(longest(curve));
                row.cells.push_back(prediction(curve));
            }
            for (const PaperColumn& column : paper) {
                const auto value = published(*column.source, panel, curve, column.place);
                row.cells.push_back(value ? TableCell::of(round_for_table({*value, {}, {}, 1}, 4))
                                          : TableCell{});
            }
        }
        for (std::vector<RankedCell>& column : ranked) {
            help.marks = help.marks || column.size() > 1;
            mark_best(std::move(column), metric.better);
        }
        return out;
    }
};

bool none_converged(const std::vector<const RecordedPoint*>& points) {
    std::size_t measured = 0, unconverged = 0;
    for (const RecordedPoint* each : points) {
        measured += is_measured(each->result.state) ? 1 : 0;
        unconverged += each->result.state == PointState::unconverged ? 1 : 0;
    }
    return measured > 0 && measured == unconverged;
}

}  // namespace

Table scaling_table(const RunRecord& record, const FigureSpec& spec) {
    const auto points = points_of(record, spec.experiment);
    Build build{
        record, choose_axis(points, spec.x), metric_info(record, spec.metric), {}, {}, false, {},
        {}};
    build.all_unconverged = none_converged(points);
    const std::vector<PanelPoints> panels = panels_of(record, spec, build.x);
    std::set<double> places;
    for (const PanelPoints& panel : panels)
        for (const Curve& curve : curves_of(record, panel.points, build.x))
            for (const CurveStep& step : curve.steps) places.insert(step.x);
    build.places.assign(places.begin(), places.end());

    Table table;
    table.id = spec.id;
    table.columns.push_back({"Variant", false, ""});
    const std::string span = latex_heading(build.metric) + " at " + latex_symbol(build.x) + " =";
    for (const double place : build.places)
        table.columns.push_back({build.place_text(place), true, span});
    const bool memory = build.metric.id == "peak_mb";
    if (memory) {
        table.columns.push_back({"Longest " + latex_symbol(build.x), false, ""});
        table.columns.push_back({"Pred./meas.", false, ""});
    }
    build.choose_paper(panels);
    const std::size_t measured_columns = table.columns.size();
    for (const PaperColumn& column : build.paper)
        table.columns.push_back({build.place_text(column.place), true, ""});
    for (const PanelPoints& panel : panels) table.groups.push_back(build.group(panel));
    table.notes = build.notes.notes();
    std::map<const PublishedData*, std::string> letters;  // a note says where they are from
    for (std::size_t i = 0; i < build.paper.size(); ++i) {
        const PublishedData& source = *build.paper[i].source;
        const auto [letter, fresh] =
            letters.try_emplace(&source, note_letter(static_cast<int>(table.notes.size())));
        if (fresh) table.notes.push_back(latex_escape(source.source, 400) + ".");
        table.columns[measured_columns + i].span = latex_escape(source.label, 60) +
                                                   "\\textsuperscript{" + letter->second + "}, " +
                                                   latex_symbol(build.x) + " =";
    }
    table.caption = fmt::format("{} ({}) of one attention layer against {} ({}).",
                                latex_escape(build.metric.heading), latex_escape(build.metric.unit),
                                latex_symbol(build.x), latex_setting(record, points, build.x));
    if (memory)
        table.caption +=
            " Measured peak above inputs and weights; OOM: did not fit. Pred./meas.: the cost "
            "model's prediction over the measurement, smallest to largest.";
    if (build.metric.id == "latency_ms" && !build.help.pooled) table.caption += " Medians.";
    if (build.all_unconverged)
        table.caption += " No point has converged: every interval is wider than asked for.";
    if (!build.paper.empty()) table.caption += " Last columns: published figures.";
    table.caption += latex_reading(build.help);
    return table;
}

}  // namespace slay

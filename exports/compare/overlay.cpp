#include "exports/compare/overlay.h"

#include <algorithm>
#include <array>
#include <set>

#include "engine/core/units.h"
#include "exports/panels.h"

namespace slay {
namespace {

constexpr std::array dashes{"solid", "dash", "dot", "dash-dot"};

void take_range(FigureAxis& whole, const FigureAxis& part) {
    if (part.low > part.high) return;
    const bool first = whole.low > whole.high;
    whole.low = first ? part.low : std::min(whole.low, part.low);
    whole.high = first ? part.high : std::max(whole.high, part.high);
}

// The first condition that two panels do not share, in words; empty when they agree.
std::string difference(const Parameters& one, const Parameters& other) {
    for (const auto& [id, value] : other) {
        const ParameterValue* here = one.find(id);
        if (id == "seed" || id == "seeds" || !here || *here == value) continue;
        return describe_parameter(id, value) + ", not " + describe_parameter(id, *here);
    }
    return {};
}

}  // namespace

FigureData overlay_runs(const FigureSpec& spec, const std::vector<ComparedRun>& runs,
                        const FigureOptions& options) {
    FigureData whole;
    bool started = false;
    std::set<std::string> named;
    std::vector<Series> run_entries;  // without points
    for (std::size_t run = 0; run < runs.size(); ++run) {
        FigureData part = build_figure(spec, *runs[run].record, options);
        if (part.series.empty()) continue;
        const std::string label = clean_text(runs[run].label, 60);
        if (!started) {
            whole = part;
            whole.series.clear();
            whole.slopes.clear();
            whole.crossovers.clear();
            whole.notes.clear();
            started = true;
        } else {
            std::string other = difference(whole.panel.conditions, part.panel.conditions);
            if (other.empty() && part.x_parameter != whole.x_parameter) other = "another x axis";
            if (!other.empty()) {
                whole.notes.push_back(label + " is left out: it was measured with " + other + ".");
                continue;
            }
            take_range(whole.x, part.x);
            take_range(whole.y, part.y);
        }
        for (Series& series : part.series) {
            const bool shown = series.kind == SeriesKind::measured ||
                               (series.kind == SeriesKind::front && !series.variant.empty());
            if (!shown) continue;
            // The legend names each variant once, and each run once by its dash.
            series.in_legend = named.insert(series.id).second;
            if (!series.in_legend) series.label += " \u2013 " + label;
            series.id += "@" + std::to_string(run);
            series.style.dash = dashes[run % dashes.size()];
            series.hidden = options.hidden.contains(series.id);
            whole.series.push_back(std::move(series));
        }
        Series& legend = run_entries.emplace_back();
        legend.id = "run@" + std::to_string(run);
        legend.label = label;
        legend.kind = SeriesKind::reference;
        legend.style.dash = dashes[run % dashes.size()];
        for (const std::string& note : part.notes)
            whole.notes.push_back(runs.size() > 1 ? label + ": " + note : note);
    }
    if (run_entries.size() > 1)
        for (Series& each : run_entries) whole.series.push_back(std::move(each));
    if (!started) {
        whole.id = spec.id;
        whole.title = spec.title;
        whole.notes.push_back("No run has points of the experiment " + spec.experiment + ".");
    }
    return whole;
}

}  // namespace slay

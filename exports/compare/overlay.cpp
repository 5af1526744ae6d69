#include "exports/compare/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
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

std::string run_of(const Series& series) {
    const auto at = series.id.rfind('@');
    return at == std::string::npos ? std::string() : series.id.substr(at);
}

const Series* base_of(const std::vector<Series>& all, const Series& series,
                      const Baseline& baseline) {
    const bool by_run = baseline.kind == Baseline::Kind::run;
    const std::string wanted =
        series.id.substr(0, series.id.rfind('@')) + '@' + std::to_string(baseline.run);
    for (const Series& each : all)
        if (by_run ? each.id == wanted
                   : each.variant == baseline.variant && run_of(each) == run_of(series))
            return &each;
    return nullptr;
}

// Both intervals on the logarithmic scale.
void divide(FigurePoint& point, const FigurePoint& base) {
    const auto half = [](const FigurePoint& p) {
        if (!p.low || !p.high || !(*p.low > 0)) return 0.0;
        return std::max(std::log(*p.high / p.y), std::log(p.y / *p.low));
    };
    const double width = std::hypot(half(point), half(base));
    point.y /= base.y;
    point.low.reset();
    point.high.reset();
    if (width <= 0) return;
    point.low = point.y * std::exp(-width);
    point.high = point.y * std::exp(width);
}

}  // namespace

void show_as_ratios(FigureData& figure, const Baseline& baseline) {
    if (baseline.kind == Baseline::Kind::none) return;
    const std::vector<Series> before = figure.series;
    std::size_t left_out = 0;
    figure.y.low = figure.y.high = 1;
    for (Series& series : figure.series) {
        if (series.kind != SeriesKind::measured) continue;
        const Series* base = base_of(before, series, baseline);
        const auto at = [&](double x) -> const FigurePoint* {
            if (!base) return nullptr;
            for (const FigurePoint& each : base->points)
                if (each.x == x && each.y > 0) return &each;
            return nullptr;
        };
        left_out +=
            std::erase_if(series.points, [&](const FigurePoint& each) { return !at(each.x); });
        for (FigurePoint& point : series.points) {
            const FigurePoint& under = *at(point.x);
            divide(point, under);
            if (base->id == series.id) point.low = point.high = std::nullopt;
            figure.y.low = std::min(figure.y.low, point.low.value_or(point.y));
            figure.y.high = std::max(figure.y.high, point.high.value_or(point.y));
        }
    }
    figure.metric += "/baseline";  // a number without a unit
    figure.y.label = "Ratio to the baseline";
    if (left_out > 0)
        figure.notes.push_back(std::to_string(left_out) +
                               " points are left out: the baseline has none at their place.");
}

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

#include <algorithm>
#include <map>

#include "engine/core/units.h"
#include "exports/comparable.h"
#include "exports/figure_parts.h"
#include "exports/panels.h"
#include "exports/published.h"

namespace slay {
namespace {

void add_overlay(FigureData& data, const Panel& panel, const FigureOptions& options,
                 const PublishedData& source) {
    std::vector<std::string> order;
    std::map<std::string, Series> curves;
    std::string left_out;
    for (const PublishedPoint& point : source.points) {
        if (point.metric != data.metric || !point.parameters.has(data.x_parameter)) continue;
        const auto shown =
            std::find_if(data.series.begin(), data.series.end(), [&](const Series& each) {
                return each.kind == SeriesKind::measured && each.variant == point.variant;
            });
        if (shown == data.series.end()) continue;
        const std::string other =
            difference_from(panel.conditions, source, point, data.x_parameter);
        if (!other.empty()) {
            left_out = other;
            continue;
        }
        const auto [at, fresh] = curves.try_emplace(point.label);
        Series& series = at->second;
        if (fresh) {
            order.push_back(point.label);
            series.id = "paper:" + source.id + ':' + point.label;
            series.label = shown->label + " (" + source.label + ")";
            series.variant = shown->variant;
            series.style = shown->style;
            series.kind = SeriesKind::paper;
            series.hidden = shown->hidden || options.hidden.count(series.id) > 0;
        }
        const double x = point.parameters.real(data.x_parameter);
        if ((data.x.log && x <= 0) || (data.y.log && point.value <= 0)) continue;
        FigurePoint drawn;
        drawn.x = x;
        drawn.y = point.value;
        series.points.push_back(std::move(drawn));
    }
    for (const std::string& label : order) {
        Series& series = curves.at(label);
        std::sort(series.points.begin(), series.points.end(),
                  [](const FigurePoint& a, const FigurePoint& b) { return a.x < b.x; });
        data.series.push_back(std::move(series));
    }
    if (!order.empty()) {
        data.notes.push_back("Thin curves: " + source.label + ". " + source.source);
    } else if (!left_out.empty()) {
        data.notes.push_back("The overlay " + source.label + " is left out: it was measured with " +
                             left_out + ".");
    }
}

}  // namespace

void add_overlays(FigureData& data, const Panel& panel, const FigureOptions& options) {
    for (const std::string& id : options.overlays) {
        const PublishedData* source = find_published(id);
        if (!source) {
            data.notes.push_back("There are no published numbers named " + clean_text(id, 80) +
                                 ".");
            continue;
        }
        add_overlay(data, panel, options, *source);
    }
}

}  // namespace slay

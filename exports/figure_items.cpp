#include "exports/figure_items.h"

#include <algorithm>

#include "exports/panels.h"

namespace slay {
namespace {

// Whether the file would show anything: points that a stopped run left open give empty axes, and a
// record of an older program may lack a metric.
bool shows_something(const RunRecord& record, const FigureItem& item) {
    const auto panel = find_panel(record, *item.spec, item.panel);
    return panel &&
           std::any_of(panel->points.begin(), panel->points.end(), [&](const RecordedPoint* point) {
               return item.metric.empty() ? is_final(point->result.state) || !point->samples.empty()
                                          : point->samples.contains(item.metric);
           });
}

void add_panels(std::vector<FigureItem>& out, const FigureSpec& spec, const RunRecord& record,
                const std::string& metric) {
    const std::vector<Panel> panels = figure_panels(spec, record);
    for (std::size_t i = 0; i < panels.size(); ++i) {
        FigureItem item{"figures/" + spec.id, spec.title, &spec, panels[i].id, metric};
        if (i > 0 && !panels[i].id.empty()) item.stem += '_' + panels[i].id;
        if (!panels[i].label.empty()) item.title += " \u2013 " + panels[i].label;
        if (!metric.empty()) {
            std::string words = metric;
            std::replace(words.begin(), words.end(), '_', '-');
            item.stem += '_' + words;
            item.title += ", " + metric_info(record, metric).heading;
        }
        if (!shows_something(record, item)) continue;
        out.push_back(std::move(item));
    }
}

}  // namespace

FigureOptions FigureItem::options() const {
    FigureOptions options;
    options.panel = panel;
    options.metric = metric;
    return options;
}

std::vector<FigureItem> figure_items(const RunRecord& record) {
    std::vector<FigureItem> out;
    for (const FigureSpec& spec : figure_table()) {
        add_panels(out, spec, record, {});
        for (const std::string& metric : spec.printed_metrics)
            add_panels(out, spec, record, metric);
    }
    return out;
}

}  // namespace slay

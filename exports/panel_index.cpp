// Panels depend on the plan alone, and a plan does not change while its run goes on: worked out
// once and remembered, so that a figure can be rebuilt 30 times a second.
#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>

#include "exports/panels.h"

namespace slay {
namespace {

struct PanelIndices {
    Panel panel;
    std::vector<std::size_t> points;  // into RunRecord::points()
};
using Index = std::vector<PanelIndices>;

std::string key_of(const RunRecord& record, const FigureSpec& spec, const std::string& x) {
    std::string key =
        std::to_string(record.plan_stamp()) + '\n' + spec.id + '\n' + spec.experiment + '\n' + x;
    key += spec.slices ? "\nslices" : spec.every_axis ? "\nevery" : "\nwhole";
    for (const auto* ids : {&spec.x, &spec.x_metrics})
        for (const std::string& id : *ids) key += '\n' + id;
    return key;
}

Index work_out(const RunRecord& record, const FigureSpec& spec, const std::string& x) {
    Index index;
    for (PanelPoints& each : split_figure(points_of(record, spec.experiment), spec, x)) {
        PanelIndices indices{std::move(each.panel), {}};
        for (const RecordedPoint* point : each.points)
            indices.points.push_back(static_cast<std::size_t>(point - record.points().data()));
        index.push_back(std::move(indices));
    }
    return index;
}

std::shared_ptr<const Index> index_of(const RunRecord& record, const FigureSpec& spec,
                                      const std::string& x) {
    constexpr std::size_t remembered = 32;
    static std::mutex mutex;
    static std::deque<std::pair<std::string, std::shared_ptr<const Index>>> cache;
    const std::string key = key_of(record, spec, x);
    {
        const std::lock_guard lock(mutex);
        for (const auto& [known, index] : cache)
            if (known == key) return index;
    }
    auto index = std::make_shared<const Index>(work_out(record, spec, x));
    const std::lock_guard lock(mutex);
    cache.emplace_front(key, index);
    if (cache.size() > remembered) cache.pop_back();
    return index;
}

// The curves of one panel, with places in RunRecord::points() for points.
struct CurveIndices {
    Curve curve;  // without steps
    std::vector<std::pair<double, std::vector<std::size_t>>> steps;
};
struct PanelCurveIndices {
    std::vector<std::string> categories;
    std::vector<CurveIndices> curves;
};

PanelCurveIndices work_out_curves(const RunRecord& record, const FigureSpec& spec,
                                  const PanelPoints& panel) {
    PanelCurveIndices out;
    out.categories = categories_of(panel.points, panel.panel.x);
    for (Curve& curve :
         curves_of(record, panel.points, spec.samples ? std::string() : panel.panel.x)) {
        CurveIndices indices;
        for (const CurveStep& step : curve.steps) {
            auto& [x, points] = indices.steps.emplace_back();
            x = step.x;
            for (const RecordedPoint* point : step.points)
                points.push_back(static_cast<std::size_t>(point - record.points().data()));
        }
        curve.steps.clear();
        indices.curve = std::move(curve);
        out.curves.push_back(std::move(indices));
    }
    return out;
}

std::shared_ptr<const PanelCurveIndices> curves_index(const RunRecord& record,
                                                      const FigureSpec& spec,
                                                      const PanelPoints& panel) {
    constexpr std::size_t remembered = 16;
    static std::mutex mutex;
    static std::deque<std::pair<std::string, std::shared_ptr<const PanelCurveIndices>>> cache;
    const std::string key = key_of(record, spec, panel.panel.x) + '\n' + panel.panel.id + '\n' +
                            std::to_string(panel.points.size()) + (spec.samples ? "s" : "");
    {
        const std::lock_guard lock(mutex);
        for (const auto& [known, index] : cache)
            if (known == key) return index;
    }
    auto index = std::make_shared<const PanelCurveIndices>(work_out_curves(record, spec, panel));
    const std::lock_guard lock(mutex);
    cache.emplace_front(key, index);
    if (cache.size() > remembered) cache.pop_back();
    return index;
}

PanelPoints with_points(const RunRecord& record, const PanelIndices& indices) {
    PanelPoints out{indices.panel, {}};
    out.points.reserve(indices.points.size());
    for (const std::size_t i : indices.points) out.points.push_back(&record.points()[i]);
    return out;
}

}  // namespace

std::vector<PanelPoints> panels_of(const RunRecord& record, const FigureSpec& spec,
                                   const std::string& x) {
    std::vector<PanelPoints> out;
    for (const PanelIndices& each : *index_of(record, spec, x))
        out.push_back(with_points(record, each));
    return out;
}

std::optional<PanelPoints> find_panel(const RunRecord& record, const FigureSpec& spec,
                                      const std::string& panel, const std::string& x) {
    const auto index = index_of(record, spec, x);
    if (index->empty()) return std::nullopt;
    for (const PanelIndices& each : *index)
        if (each.panel.id == panel) return with_points(record, each);
    return with_points(record, index->front());
}

std::vector<Panel> figure_panels(const FigureSpec& spec, const RunRecord& record) {
    std::vector<Panel> out;
    for (const PanelIndices& each : *index_of(record, spec, {})) out.push_back(each.panel);
    return out;
}

PanelCurves panel_curves(const RunRecord& record, const FigureSpec& spec,
                         const PanelPoints& panel) {
    const auto index = curves_index(record, spec, panel);
    PanelCurves out{index->categories, {}};
    for (const CurveIndices& each : index->curves) {
        Curve& curve = out.curves.emplace_back(each.curve);
        curve.steps.reserve(each.steps.size());
        for (const auto& [x, points] : each.steps) {
            CurveStep& step = curve.steps.emplace_back();
            step.x = x;
            for (const std::size_t i : points) step.points.push_back(&record.points()[i]);
        }
    }
    return out;
}

void prepare_figures(const RunRecord& record) {
    const auto& experiments = record.spec().experiments;
    for (const FigureSpec& spec : figure_table()) {
        if (std::find(experiments.begin(), experiments.end(), spec.experiment) == experiments.end())
            continue;
        if (const auto panel = find_panel(record, spec, {})) panel_curves(record, spec, *panel);
    }
}

}  // namespace slay

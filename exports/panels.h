// How a record's points fall into panels and curves: the one place that decides what may stand in
// one curve. Figures and tables both read it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/run_record.h"
#include "exports/figure_data.h"

namespace slay {

// Recorded points at one place of a curve: one, or one for each seed.
struct CurveStep {
    double x = 0;
    std::vector<const RecordedPoint*> points;  // in the plan's order, at least one
};

struct Curve {
    std::string id;  // "yat-performer-anchor", or "performer;prf_features=64" where it stands twice
    std::string label, latex_label;
    VariantInfo variant;           // its row; made up from the name where the record has none
    std::vector<CurveStep> steps;  // sorted by x
};

// The points of one variant.
struct VariantPoints {
    VariantInfo variant;  // its row; made up from the name where the record has none
    std::vector<const RecordedPoint*> points;
};

// In the record's order of variants, then in that of the points.
std::vector<VariantPoints> split_variants(const RunRecord& record,
                                          const std::vector<const RecordedPoint*>& points);

// The points of an experiment in the plan's order.
std::vector<const RecordedPoint*> points_of(const RunRecord& record, std::string_view experiment);

// One panel with its points.
struct PanelPoints {
    Panel panel;
    std::vector<const RecordedPoint*> points;
};

// The panels of a figure (or the groups of a table). `x`: instead of the spec's choice.
std::vector<PanelPoints> panels_of(const RunRecord& record, const FigureSpec& spec,
                                   const std::string& x = {});

// One of them by its id, the first where there is none of that id; empty without any point.
std::optional<PanelPoints> find_panel(const RunRecord& record, const FigureSpec& spec,
                                      const std::string& panel, const std::string& x = {});

// The same from the points, worked out anew.
std::vector<PanelPoints> split_figure(const std::vector<const RecordedPoint*>& points,
                                      const FigureSpec& spec, const std::string& x);

// The first id of `choice` that takes two values among the points; else the first one present;
// else the first.
std::string choose_axis(const std::vector<const RecordedPoint*>& points,
                        const std::vector<std::string>& choice);

// Splits by every shared parameter that varies and that does not follow from `x`. The pass, the
// data type, the lane and the mask always split, whatever follows from what. Seeds never do.
std::vector<PanelPoints> split_panels(const std::vector<const RecordedPoint*>& points,
                                      const std::string& x);

// The points of a slice along `x`: every other id of `axes` that varies freely is held at its base,
// for each variant; says which in `held`.
std::vector<const RecordedPoint*> slice_along(const std::vector<const RecordedPoint*>& points,
                                              const std::vector<std::string>& axes,
                                              const std::string& x, std::string* held = nullptr);

// Whether points that agree on all of `causes` agree on `id` too, as far as they have it.
bool follows(const std::vector<const RecordedPoint*>& points, const std::string& id,
             const std::vector<std::string>& causes);

// The values of a choice among the points ("copy"): those of its schema in their order, then others
// as they come. Empty for a parameter that is not text.
std::vector<std::string> categories_of(const std::vector<const RecordedPoint*>& points,
                                       const std::string& id);

// The curves of one panel, in the record's order of variants: one for each variant and each set of
// its own parameters that does not follow from `x`. Points without a value under `x` are left out;
// where it is text, x counts categories_of(); an empty `x` puts all points of a curve into one
// step.
std::vector<Curve> curves_of(const RunRecord& record,
                             const std::vector<const RecordedPoint*>& points, const std::string& x);

// curves_of() of a figure's panel, and categories_of() it: they follow from the plan as panels do,
// and are remembered as those are.
struct PanelCurves {
    std::vector<std::string> categories;
    std::vector<Curve> curves;
};
PanelCurves panel_curves(const RunRecord& record, const FigureSpec& spec, const PanelPoints& panel);

// Works out what the figures of a record's experiments will ask for, and remembers it. On any
// thread.
void prepare_figures(const RunRecord& record);

// What a step shows of a metric: the point's own value, or the mean over seeds with its interval.
struct StepValue {
    std::optional<MetricValue> value;  // empty: nothing to show
    PointState state = PointState::pending;
    std::string reason;
    std::string point;  // id of the first point behind it
};
StepValue step_value(const RunRecord& record, const CurveStep& step, const std::string& metric);

// One metric of one point, its own or derived, without deriving the others.
std::optional<MetricValue> metric_value(const RunRecord& record, const RecordedPoint& point,
                                        const std::string& metric);

// "forward + backward", "bfloat16", "causal", "E = 512": a parameter's value for people.
std::string describe_parameter(const std::string& id, const ParameterValue& value);

// Parameter ids in the order in which people are told of them.
inline constexpr std::array condition_order{
    "lane",          "pass",   "dtype",  "causal",    "length", "width",      "heads",
    "batch",         "layers", "block",  "objective", "corpus", "vocabulary", "steps",
    "learning_rate", "scale",  "inputs", "seed",      "seeds"};

// "E = 256, H = 8, B = 1, causal, layer, forward, float32, seed 0": what holds for all points.
// `without`: ids to leave out.
std::string describe_conditions(const Parameters& conditions,
                                const std::vector<std::string>& without = {});

// The metric's row, from the record or from this program; a bare row for an unknown id.
MetricInfo metric_info(const RunRecord& record, const std::string& id);

}  // namespace slay

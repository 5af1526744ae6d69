// What a figure shows, as plain values: a pure function of the run record. The renderer (Qt), the
// pgfplots writer and the data tables all read FigureData, so they cannot differ.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/run_record.h"

namespace slay {

struct ReferenceSlope {
    double exponent = 1;  // y ~ x^exponent, a straight line on log-log axes
    std::string label;    // "L", "L\u00b2"
};

// A metric drawn as a thin neutral curve, from the first variant that reports it.
struct ReferenceCurve {
    std::string metric;
    std::string label;
};

// One row of the figure table. A new figure is a new row, not a class.
struct FigureSpec {
    std::string id;          // stem of its file: "latency_scaling"
    std::string title;       // on the screen; papers have a caption instead
    std::string tab;         // one word for a tab: "Latency"
    std::string experiment;  // whose points it shows
    // Parameter ids for the x axis, by preference: the first that takes two values in the record.
    std::vector<std::string> x;
    // Each of `x` that varies gives panels of its own, in which the others are held at one value
    // (the default, or the measured one next to it): the slices of a budget sweep.
    bool slices = false;
    // Metric ids for the x axis instead of `x`: each gives panels of its own, in which every point
    // of a variant stands for itself, a trade-off between two metrics.
    std::vector<std::string> x_metrics = {};
    bool pareto = false;  // with `x_metrics`: draws the fronts, of each variant and of all together
    // Each of `x` that varies by itself gives panels of its own and nothing is held: the others
    // tell panels apart, as shared conditions do.
    bool every_axis = false;
    // The curves are raw samples of the metric: x counts their rounds and x.front() names them
    // ("step", "length"). They are drawn while a point runs, and of one that failed. Points that
    // differ in their seed alone are one curve: the mean, in a band from smallest to largest.
    bool samples = false;
    std::string last_round = {};  // of samples: the parameter that tells the last round planned
    std::string metric;           // y
    std::vector<std::string> other_metrics = {};    // to choose instead of `metric` on the screen
    std::vector<std::string> printed_metrics = {};  // of those: with files of their own in exports
    bool log_x = true, log_y = true;
    std::vector<std::string> log_metrics =
        {};              // of `other_metrics`: on a log axis whatever log_y is
    bool share = false;  // y is a share: its axis shows 0 to 1
    std::vector<ReferenceSlope> slopes;
    bool crossovers = false;   // mark where a curve falls below `standard`
    bool predicted = false;    // draw the plan's prediction beside the measurement
    bool against_yat = false;  // shows the distance from exact Yat, which has none itself
    std::vector<ReferenceCurve> references;
};

// Every figure, in the order of tabs and files.
const std::vector<FigureSpec>& figure_table();
const FigureSpec* find_figure(std::string_view id);

// Points taken under different shared conditions (pass, dtype, lane, causal, batch, ...) never
// stand in one curve or in one plot: each set of conditions in a record is a panel.
struct Panel {
    std::string id;         // "forward-backward_bfloat16": what tells it from the others; may be ""
    std::string label;      // the same for people: "forward + backward, bfloat16"
    std::string x;          // parameter id (or, of a trade-off, metric id) of its x axis
    std::string held;       // of a slice: "R = 2, P = 32": what is held beside the x axis
    Parameters conditions;  // every shared parameter that is the same for all points of the panel
};
// In the plan's order; empty when the record has no point of the figure's experiment.
std::vector<Panel> figure_panels(const FigureSpec& spec, const RunRecord& record);

struct FigureOptions {
    std::string panel;                  // a Panel::id; an unknown one means the first panel
    std::string x;                      // one of the spec's; empty: chosen by the spec
    std::string metric;                 // another metric of the experiment; empty: the spec's
    std::vector<std::string> overlays;  // PublishedData ids, drawn as thin curves
    std::set<std::string, std::less<>> hidden;  // Series::id of the curves toggled off
    std::optional<bool> log_x, log_y;           // instead of the spec's
    bool slopes = true, predicted = true, crossovers = true;
};

enum class SeriesKind { measured, predicted, paper, reference, front };

// How the points of a series hang together: a curve; each for itself; or as steps, each point's
// value kept until the next.
enum class Join { line, none, steps };

struct FigurePoint {
    double x = 0, y = 0;
    // 95 % interval (over samples, or over seeds); `high` alone where the lower end cannot be
    // drawn.
    std::optional<double> low, high;
    std::string point;  // id of the (first) recorded point behind it; empty: none
    PointState state = PointState::ok;
    std::string reason;
    std::int64_t count = 1;  // samples, or seeds
    // Of a trade-off: "R = 2, M = 16, P = 32", and what the axes do not say: "Peak memory 3.4 MB".
    std::string budget, beside;
};

// A point with nothing to draw: failed, out of memory, in flight, or not positive on a log axis.
struct UndrawnPoint {
    double x = 0;
    std::string point;
    PointState state = PointState::failed;
    std::string reason;
};

struct Series {
    std::string id;       // unique in the figure and stable: "measured:yat-performer-anchor"
    std::string label;    // "SLAY (anchor)"; with the budget where a variant stands twice
    std::string variant;  // its name; empty for slopes
    VariantStyle style;
    SeriesKind kind = SeriesKind::measured;
    Join join = Join::line;
    bool in_legend = true;  // has an entry of its own there
    bool hidden = false;
    bool band = false;                  // the intervals are drawn as a band, markers are few
    bool dots = false;                  // no line through the points: they stand at categories
    std::vector<FigurePoint> points;    // sorted by x, all finite; positive on a log axis
    std::vector<UndrawnPoint> undrawn;  // sorted by x
};

// Where a curve falls below `standard`'s for good, interpolated on the axes' scale.
struct Crossover {
    std::string series;  // Series::id
    std::string label;   // its variant's label
    double x = 0, y = 0;
};

struct FigureAxis {
    std::string label;  // with its unit: "Latency (ms)"
    bool log = true;
    // x: of all planned points of the panel (a metric: of the measured ones); y: of the measured
    // ones, hidden curves included.
    // low > high when there are none.
    double low = 1, high = 0;
    bool share = false;  // shows 0 to 1
    bool tight = false;  // its range is low to high as they are, not steps around them
    // Of a choice such as the task: what stands at 0, 1, ... The points of the curves stand beside
    // each other around it. Empty on an axis of numbers.
    std::vector<std::string> categories;
    // "4,096" or "Copy": a place on this axis for people.
    std::string place(double value) const;
};

// A heat map over both axes instead of curves: the cell of row i and column j is one wide around
// x = j + 1, y = i + 1, and row 1 is at the top.
struct FigureMap {
    int columns = 0, rows = 0;
    std::vector<double> values;  // row-major; NaN: nothing is drawn there
    double low = 0, high = 1;    // the ends of the colours; values beyond take those
    bool diverging = false;      // two hues around zero, which is in the middle of low and high
    std::string label;           // of the colours, with their unit
};

struct FigureData {
    std::string id;        // FigureSpec::id
    std::string title;     // "Latency scaling - forward, float32"
    std::string subtitle;  // device, shape, seed: the conditions in one line
    Panel panel;
    std::string x_parameter, metric;
    bool x_is_metric = false;  // `x_parameter` names a metric
    FigureAxis x, y;
    std::vector<Series> series;          // measured first, in the variants' order
    std::vector<ReferenceSlope> slopes;  // to draw
    std::vector<Crossover> crossovers;
    std::optional<FigureMap> map;
    std::vector<std::string> notes;  // failed points, filtered values, overlays left out: why
    bool empty() const;              // no measured point and no map to draw
};

FigureData build_figure(const FigureSpec& spec, const RunRecord& record,
                        const FigureOptions& options = {});

}  // namespace slay

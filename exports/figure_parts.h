// Parts of build_figure.
#pragma once

#include <vector>

#include "exports/figure_data.h"
#include "exports/panels.h"

namespace slay {

// Grows the axis' range to hold a value that it can show.
void widen(FigureAxis& axis, double value);

// Puts values into the series of a figure and counts what its axes cannot show.
struct Placing {
    FigureData& data;
    int not_positive = 0, cut_intervals = 0;

    // Adds `point` at (x, value) with the value's interval and count; false where it cannot be
    // drawn.
    bool place(Series& series, double x, const MetricValue& value, FigurePoint point);
};

// The series of a figure whose x axis is a metric: every point of each variant, the fronts, and
// what they are to be judged by.
void add_trade_offs(Placing& placing, const FigureSpec& spec, const RunRecord& record,
                    const PanelPoints& panel, const FigureOptions& options);

// Published curves that were taken under the panel's conditions; a note for those that were not.
void add_overlays(FigureData& data, const Panel& panel, const FigureOptions& options);

// Where each measured curve falls below that of `standard` and stays there.
std::vector<Crossover> find_crossovers(const FigureData& data);

// One place of a curve of raw samples.
struct SampleStep {
    double x = 0;       // the round, or the mean of those in a bin
    MetricValue value;  // mean over seeds; low and high: the smallest and the largest of several
    std::string point;  // id of the first recorded point behind it
};

// The raw samples of a metric of all points of a curve, by ascending round. More than
// `max_sample_steps` rounds are averaged in as many bins, equal on the axis.
inline constexpr std::size_t max_sample_steps = 200;
std::vector<SampleStep> sample_steps(const Curve& curve, const std::string& metric, bool log_x);

// What is not drawn and why: failures, values and intervals that a logarithmic axis cannot show.
void add_notes(FigureData& data, const RunRecord& record, int not_positive, int cut_intervals);

}  // namespace slay

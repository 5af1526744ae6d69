// What the views of the explorer share.
#pragma once

#include <string>
#include <vector>

#include "exports/explore/explore_figures.h"

namespace slay {

using ExploreFrame = explore::Frame;

// With id, title and the budget as its subtitle.
FigureData start_figure(const char* id, const char* title, const ExploreFrame& frame);

// The x axis of the curves: cosine, or angle in degrees.
void set_curve_axis(FigureData& data, const ExploreView& view);
const std::vector<double>& places(const ExploreFrame& frame, const ExploreView& view);

// A variant's own label, colour, marker and dash; drawn with a dozen markers.
Series variant_series(const std::string& variant, const std::string& prefix);
// A thin neutral line.
Series reference_series(const std::string& id, const std::string& label, const char* dash);

// Appends (x, y); leaves out what is not finite or, on a log axis, not positive.
void add_point(Series& series, const FigureData& data, double x, double y);
void add_point(Series& series, const FigureData& data, double x, double y, double low, double high,
               int count);

// Takes out what lies so far beyond a linear y axis (thirty times its range) that no renderer can
// place it, and ends bands there. Curves leave the plot all the same.
void leave_out_far_points(FigureData& data);

FigureData build_kernel_figure(const ExploreFrame& frame, const ExploreView& view);
FigureData build_error_figure(const ExploreFrame& frame, const ExploreView& view);
FigureData build_node_figure(const ExploreFrame& frame, const ExploreView& view);
FigureData build_denominator_figure(const ExploreFrame& frame, const ExploreView& view);
FigureData build_row_figure(const ExploreFrame& frame, const ExploreView& view);
FigureData build_exact_map(const ExploreFrame& frame, const ExploreView& view);
FigureData build_estimate_map(const ExploreFrame& frame, const ExploreView& view);
FigureData build_difference_map(const ExploreFrame& frame, const ExploreView& view);
FigureData build_entropy_figure(const ExploreFrame& frame, const ExploreView& view);

}  // namespace slay

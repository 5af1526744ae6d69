// The kernel explorer's views as figures: pure functions of a frame. Screen, PDF, SVG, PNG and CSV
// read the same FigureData, as for any other figure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/explore/explore.h"
#include "exports/figure_data.h"

namespace slay {

// How the views are drawn; none of it changes what is computed.
struct ExploreView {
    bool angle = false;    // against the angle instead of its cosine
    bool scaled = true;    // each estimate by the constant that attention's division takes out
    bool log_y = false;    // of the kernel and its nodes
    bool relative = true;  // error over the kernel's value; else as it is
    bool limits = true;    // what the estimates converge to with ever more features
};

enum class ExplorePart { curves, denominators, map };

// One row a view. A new view is a new row.
struct ExploreFigure {
    std::string id;        // "explore_kernel": stem of its files
    std::string title;     // "Kernel"
    std::string equation;  // the paper's, in plain text
    std::string caption;   // how to read it, two or three short sentences
    ExplorePart part;      // what a frame has to hold
    FigureData (*build)(const explore::Frame& frame, const ExploreView& view);
};
const std::vector<ExploreFigure>& explore_figures();
const ExploreFigure* find_explore_figure(std::string_view id);

// "R = 2, M = 16, P = 32, \u03b5 = 1e-06, d = 32"
std::string describe_budget(const explore::Request& request);

}  // namespace slay

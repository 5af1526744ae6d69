#include "exports/explore/explore_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/core/variant_info.h"
#include "exports/explore/figure_pieces.h"

namespace slay {

const std::vector<ExploreFigure>& explore_figures() {
    static const std::vector<ExploreFigure> rows{
        {"explore_kernel", "Kernel",
         "K(x) = x\u00b2 / (C \u2212 2x) = x\u00b2 \u222b\u2080^\u221e exp(\u2212s (C \u2212 2x)) "
         "ds "
         "\u2248 x\u00b2 \u03a3\u1d63 w\u1d63 exp(2 s\u1d63 x),   C = 2 + \u03b5",
         "x is the cosine of query and key. R nodes replace the integral (dashed), random features "
         "replace each exponential and x\u00b2 (colours: mean of the seeds, band: 10 % to 90 % of "
         "them). Attention divides by the row sum, so a constant factor cancels and is taken out.",
         ExplorePart::curves, build_kernel_figure},
        {"explore_error", "Error",
         "error(x) = |K\u0303(x) \u2212 K(x)| / K(x);   of random features the root mean square "
         "over seeds",
         "The dashed line is what R nodes alone miss: no number of features gets below it. More "
         "M and P bring the colours down to it, except where an estimate tends to another function "
         "(the anchor form: (1 + 2x\u00b2) in place of x\u00b2).",
         ExplorePart::curves, build_error_figure},
        {"explore_nodes", "Nodes",
         "node r adds w\u1d63 x\u00b2 exp(2 s\u1d63 x),   s\u1d63 = t\u1d63 / C, w\u1d63 = "
         "\u03b1\u1d63 / C, t\u1d63 and \u03b1\u1d63 of Gauss and Laguerre",
         "The first nodes carry most weight and are flat; the last have tiny weights and grow "
         "steeply towards x = 1. Their sum (dashed) leaves the kernel where the largest s\u1d63 no "
         "longer suffices: a pole cannot be a sum of R exponentials.",
         ExplorePart::curves, build_node_figure},
        {"explore_denominators", "Row sums",
         "D\u1d62 = \u03a3\u2c7c K\u0303(q\u1d62, k\u2c7c),   y\u1d62 = \u03a3\u2c7c K\u0303 "
         "v\u2c7c / (D\u1d62 + \u03b4)",
         "Row sums per visible key, over their mean, of all rows and seeds. Anchor, Laplace and "
         "Hadamard features are positive, so their sums are. TensorSketch, Random Maclaurin and "
         "Nystr\u00f6m features have signs: left of zero the output turns over, near it it "
         "explodes.",
         ExplorePart::denominators, build_denominator_figure},
        {"explore_rows", "Row sums by position",
         "D\u1d62 / (visible keys of row i \u00b7 mean of K\u0303)",
         "The same by position: lines are one seed, bands run from the smallest to the largest of "
         "all seeds. With a causal mask the first rows sum few terms, which is where signed "
         "estimates cross zero most.",
         ExplorePart::denominators, build_row_figure},
        {"explore_exact_map", "Attention, exact",
         "A\u1d62\u2c7c = K(q\u1d62, k\u2c7c) / (D\u1d62 + "
         "\u03b4), times the visible keys of row i",
         "1 is the weight that every visible key would have if all were alike.", ExplorePart::map,
         build_exact_map},
        {"explore_estimate_map", "Attention, estimated",
         "\u00c3\u1d62\u2c7c = \u27e8\u03a8(q\u1d62), \u03a8(k\u2c7c)\u27e9 / (D\u1d62 + \u03b4)",
         "The same rows and colours, from one draw of random features. Teal: a negative weight.",
         ExplorePart::map, build_estimate_map},
        {"explore_map_difference", "Difference", "\u00c3\u1d62\u2c7c \u2212 A\u1d62\u2c7c",
         "Violet: too much weight; teal: too little.", ExplorePart::map, build_difference_map},
        {"explore_entropy", "Row entropy",
         "H\u1d62 = \u2212\u03a3\u2c7c p\u2c7c ln p\u2c7c,   p\u2c7c = A\u1d62\u2c7c / \u03a3 A",
         "How many keys a row attends to: exp(H) of them. At the dotted line it attends to all "
         "alike. A row with a negative weight has no entropy and is left out.",
         ExplorePart::map, build_entropy_figure},
    };
    return rows;
}

const ExploreFigure* find_explore_figure(std::string_view id) {
    for (const ExploreFigure& row : explore_figures())
        if (row.id == id) return &row;
    return nullptr;
}

std::string describe_budget(const explore::Request& request) {
    return fmt::format("R = {}, M = {}, P = {}, \u03b5 = {:g}, d = {}", request.nodes,
                       request.prf_features, request.poly_features, request.epsilon,
                       request.head_dim);
}

FigureData start_figure(const char* id, const char* title, const ExploreFrame& frame) {
    FigureData data;
    data.id = id;
    data.title = title;
    data.subtitle = describe_budget(frame.request);
    data.x.log = data.y.log = false;
    return data;
}

void set_curve_axis(FigureData& data, const ExploreView& view) {
    data.x_parameter = view.angle ? "angle" : "x";
    data.x.label =
        view.angle ? "Angle between query and key (degrees)" : "Cosine x of query and key";
    data.x.tight = true;
    data.x.low = view.angle ? 0 : -1;
    data.x.high = view.angle ? 180 : 1;
}

const std::vector<double>& places(const ExploreFrame& frame, const ExploreView& view) {
    return view.angle ? frame.curves.degrees : frame.curves.x;
}

Series variant_series(const std::string& variant, const std::string& prefix) {
    Series series;
    series.id = prefix + ':' + variant;
    series.variant = variant;
    series.label = variant;
    if (const VariantInfo* info = find_variant(variant)) {
        series.label = info->label;
        series.style = info->style;
    }
    series.band = true;
    return series;
}

Series reference_series(const std::string& id, const std::string& label, const char* dash) {
    Series series;
    series.id = "reference:" + id;
    series.label = label;
    series.kind = SeriesKind::reference;
    series.style.dash = dash;
    return series;
}

void add_point(Series& series, const FigureData& data, double x, double y) {
    if (!std::isfinite(x) || !std::isfinite(y) || (data.y.log && y <= 0)) return;
    FigurePoint point;
    point.x = x;
    point.y = y;
    series.points.push_back(std::move(point));
}

void add_point(Series& series, const FigureData& data, double x, double y, double low, double high,
               int count) {
    const std::size_t before = series.points.size();
    add_point(series, data, x, y);
    if (series.points.size() == before) return;
    FigurePoint& point = series.points.back();
    point.count = count;
    if (std::isfinite(high)) point.high = high;
    if (std::isfinite(low) && !(data.y.log && low <= 0)) point.low = low;
}

void leave_out_far_points(FigureData& data) {
    if (data.y.log) return;
    const double reach = 30 * (data.y.high - data.y.low);
    const double low = data.y.low - reach, high = data.y.high + reach;
    for (Series& series : data.series) {
        std::erase_if(series.points,
                      [&](const FigurePoint& point) { return point.y < low || point.y > high; });
        for (FigurePoint& point : series.points) {
            if (point.low) point.low = std::clamp(*point.low, low, high);
            if (point.high) point.high = std::clamp(*point.high, low, high);
        }
    }
}

}  // namespace slay

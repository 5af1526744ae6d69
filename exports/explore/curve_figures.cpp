// The kernel, its error and its nodes against x.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/core/units.h"
#include "exports/explore/figure_pieces.h"

namespace slay {
namespace {

// Points of an ascending x axis: the grid runs by ascending angle, so by descending cosine.
template <typename Add>
void for_each_place(const ExploreFrame& frame, const ExploreView& view, Add add) {
    const std::size_t count = frame.curves.x.size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = view.angle ? i : count - 1 - i;
        add(at, places(frame, view)[at]);
    }
}

void add_curve(FigureData& data, Series series, const ExploreFrame& frame, const ExploreView& view,
               const std::vector<double>& values) {
    for_each_place(frame, view,
                   [&](std::size_t at, double x) { add_point(series, data, x, values[at]); });
    data.series.push_back(std::move(series));
}

Series exact_series() {
    Series series = variant_series("yat-spherical", "exact");
    series.label = "Yat (exact)";
    return series;
}

Series quadrature_series(const ExploreFrame& frame) {
    return reference_series("quadrature",
                            fmt::format("quadrature alone, R = {}", frame.request.nodes), "dash");
}

double scale_of(const explore::Estimate& estimate, const ExploreView& view) {
    return view.scaled ? estimate.scale : 1;
}

// The plot ends a little above what R nodes reach at x = 1; the kernel itself goes on to 1 /
// epsilon.
void set_kernel_range(FigureData& data, const ExploreFrame& frame, double lowest) {
    const double top = frame.curves.quadrature.front();
    data.y.high = std::max(3.5, 1.25 * top);
    data.y.low = std::max(std::min(0.0, lowest), -0.3 * data.y.high);
    if (!data.y.log) return;
    data.y.high = 1 / frame.request.epsilon;
    data.y.low = 1e-3;
}

std::string number(double value) {
    return format_number(value, 3);
}

void add_kernel_notes(FigureData& data, const ExploreFrame& frame) {
    const explore::Quadrature& rule = frame.quadrature;
    data.notes.push_back(fmt::format(
        "At x = 0.95 the kernel is {}, {} node{} give{} {}; at x = 1 it is 1/\u03b5 = {}, they "
        "give {}.",
        number(rule.kernel(0.95)), rule.s.size(), rule.s.size() == 1 ? "" : "s",
        rule.s.size() == 1 ? "s" : "", number(rule.estimate(0.95)),
        format_count(1 / frame.request.epsilon), number(rule.estimate(1))));
}

}  // namespace

FigureData build_kernel_figure(const ExploreFrame& frame, const ExploreView& view) {
    FigureData data = start_figure("explore_kernel", "Kernel", frame);
    data.subtitle += fmt::format(", {} seeds from {}", frame.curves.seeds, frame.request.seed);
    set_curve_axis(data, view);
    data.metric = view.scaled ? "kernel" : "kernel as it is";
    data.y.label = view.scaled ? "Kernel, up to a factor" : "Kernel";
    data.y.log = view.log_y;
    double lowest = 0;
    add_curve(data, exact_series(), frame, view, frame.curves.exact);
    add_curve(data, quadrature_series(frame), frame, view, frame.curves.quadrature);
    for (const explore::Estimate& estimate : frame.curves.estimates) {
        const double scale = scale_of(estimate, view);
        Series series = variant_series(estimate.variant, "estimate");
        for_each_place(frame, view, [&](std::size_t at, double x) {
            add_point(series, data, x, scale * estimate.mean[at], scale * estimate.low[at],
                      scale * estimate.high[at], frame.curves.seeds);
            lowest = std::min(lowest, scale * estimate.low[at]);
        });
        Series limit = variant_series(estimate.variant, "limit");
        data.series.push_back(std::move(series));
        if (view.limits && !estimate.expected.empty()) {
            std::vector<double> values = estimate.expected;
            for (double& each : values) each *= scale;
            limit.label += ", M, P \u2192 \u221e";
            limit.style.dash = "dot";
            limit.variant.clear();  // no markers
            limit.band = false;
            add_curve(data, std::move(limit), frame, view, values);
        }
        Series first;
        first.id = "seed:" + estimate.variant;
        first.label = fmt::format("one draw (seed {} alone)", frame.request.seed);
        first.style = variant_series(estimate.variant, "").style;
        first.kind = SeriesKind::paper;
        std::vector<double> values = estimate.first;
        for (double& each : values) each *= scale;
        add_curve(data, std::move(first), frame, view, values);
    }
    set_kernel_range(data, frame, lowest);
    leave_out_far_points(data);
    add_kernel_notes(data, frame);
    return data;
}

FigureData build_error_figure(const ExploreFrame& frame, const ExploreView& view) {
    FigureData data = start_figure("explore_error", "Error", frame);
    data.subtitle += fmt::format(", {} seeds from {}", frame.curves.seeds, frame.request.seed);
    set_curve_axis(data, view);
    data.metric = view.relative ? "relative error" : "absolute error";
    data.y.label = view.relative ? "Error relative to the kernel" : "Error of the kernel";
    data.y.log = true;
    data.y.low = view.relative ? 1e-4 : 1e-6;
    data.y.high = view.relative ? 10 : 10;
    const auto over = [&](std::size_t at) { return view.relative ? frame.curves.exact[at] : 1.0; };
    Series alone = quadrature_series(frame);
    for_each_place(frame, view, [&](std::size_t at, double x) {
        add_point(alone, data, x,
                  std::fabs(frame.curves.quadrature[at] - frame.curves.exact[at]) / over(at));
    });
    data.series.push_back(std::move(alone));
    for (const explore::Estimate& estimate : frame.curves.estimates) {
        Series series = variant_series(estimate.variant, "error");
        for_each_place(frame, view, [&](std::size_t at, double x) {
            double error = estimate.rms_error[at];
            if (!view.scaled) {  // of the estimate as it is: spread and distance of the mean
                const double bias = estimate.mean[at] - frame.curves.exact[at];
                const double scaled_bias =
                    estimate.scale * estimate.mean[at] - frame.curves.exact[at];
                const double variance = std::max(0.0, error * error - scaled_bias * scaled_bias) /
                                        (estimate.scale * estimate.scale);
                error = std::sqrt(variance + bias * bias);
            }
            add_point(series, data, x, error / over(at));
        });
        data.series.push_back(std::move(series));
    }
    if (view.relative)
        data.notes.push_back(
            "At x = 0 the kernel is 0: a relative error has no meaning there, and an estimate that "
            "is not 0 there shows as a peak.");
    return data;
}

FigureData build_node_figure(const ExploreFrame& frame, const ExploreView& view) {
    FigureData data = start_figure("explore_nodes", "Nodes", frame);
    set_curve_axis(data, view);
    data.metric = "contribution";
    data.y.label = "Contribution to the kernel";
    data.y.log = view.log_y;
    const explore::Quadrature& rule = frame.quadrature;
    const std::size_t count = rule.s.size();
    for (std::size_t r = 0; r < count; ++r) {
        Series series;
        series.id = fmt::format("node:{}", r);
        series.label =
            fmt::format("r = {}: s = {}, w = {:.2g}", r + 1, number(rule.s[r]), rule.w[r]);
        // From teal to orange, and never by colour alone.
        const double share =
            count == 1 ? 0 : static_cast<double>(r) / static_cast<double>(count - 1);
        const auto mix = [&](int a, int b) {
            return static_cast<std::uint32_t>(std::lround(a + (b - a) * share));
        };
        series.style.colour = mix(0x0B, 0xDB) << 16 | mix(0x7A, 0x6A) << 8 | mix(0x8F, 0x0A);
        series.style.dark_colour = mix(0x3C, 0xFF) << 16 | mix(0xC4, 0x9A) << 8 | mix(0xD8, 0x3B);
        static constexpr const char* dashes[]{"solid", "dash-dot", "dot", "dash"};
        series.style.dash = dashes[r % 4];
        add_curve(data, std::move(series), frame, view, frame.curves.nodes[r]);
    }
    Series sum = quadrature_series(frame);
    sum.label = fmt::format("sum of {} node{}", count, count == 1 ? "" : "s");
    add_curve(data, std::move(sum), frame, view, frame.curves.quadrature);
    add_curve(data, exact_series(), frame, view, frame.curves.exact);
    set_kernel_range(data, frame, 0);
    if (data.y.log) data.y.low = 1e-6;
    leave_out_far_points(data);
    add_kernel_notes(data, frame);
    return data;
}

}  // namespace slay

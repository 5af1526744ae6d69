// Row sums and attention patterns of the sequence.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "exports/explore/figure_pieces.h"

namespace slay {
namespace {

constexpr int bins = 56;

std::string label_of(const std::string& variant) {
    const VariantInfo* info = find_variant(variant);
    return info ? info->label : variant;
}

std::string percent(double share) {
    if (share == 0) return "0 %";
    return share < 0.001 ? "below 0.1 %" : format_number(share * 100, 2) + " %";
}

void add_sequence(FigureData& data, const ExploreFrame& frame) {
    data.subtitle += fmt::format(", {}{}", frame.sequence, frame.request.causal ? ", causal" : "");
}

// Which row sums are drawn: exact, and the forms that were asked for or have signs.
std::vector<const explore::DenominatorSpread*> drawn_spreads(const ExploreFrame& frame) {
    std::vector<const explore::DenominatorSpread*> out;
    for (const auto& spread : frame.denominators.spreads) out.push_back(&spread);
    return out;
}

double percentile(std::vector<double> values, double share) {
    const auto at =
        static_cast<std::ptrdiff_t>(std::lround(share * static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

void add_zero_notes(FigureData& data, const ExploreFrame& frame) {
    std::string crossing;
    for (const auto& spread : frame.denominators.spreads) {
        const VariantInfo* info = find_variant(spread.variant);
        if (!info || !info->signed_estimate) continue;
        crossing += fmt::format("{}{} {}", crossing.empty() ? "" : ", ", info->label,
                                percent(spread.nonpositive));
    }
    data.notes.push_back(
        fmt::format("Row sums at or below zero, of {} rows in {} seed{}: {}. The "
                    "other forms and exact Yat: none.",
                    frame.denominators.spreads.front().first.size(), frame.denominators.seeds,
                    frame.denominators.seeds == 1 ? "" : "s", crossing));
}

// The weights as multiples of those that are alike, with what is masked left out.
FigureMap relative_map(const std::vector<double>& weights, int length, bool causal) {
    FigureMap map;
    map.columns = map.rows = length;
    map.values = weights;
    for (int i = 0; i < length; ++i)
        for (int j = 0; j < length; ++j) {
            double& value =
                map.values[static_cast<std::size_t>(i) * static_cast<std::size_t>(length) +
                           static_cast<std::size_t>(j)];
            value = causal && j > i ? std::numeric_limits<double>::quiet_NaN()
                                    : value * (causal ? i + 1 : length);
        }
    return map;
}

// One scale for both maps: up to what 99 % of the exact weights stay below.
void set_scale(FigureMap& map, const ExploreFrame& frame) {
    std::vector<double> exact;
    const FigureMap of_exact =
        relative_map(frame.map.exact, frame.map.length, frame.request.causal);
    for (const double value : of_exact.values)
        if (!std::isnan(value)) exact.push_back(value);
    const double top = std::max(2.0, percentile(std::move(exact), 0.99));
    const double step = std::pow(10, std::floor(std::log10(top))) / 2;
    map.high = std::ceil(top / step) * step;
    map.diverging = std::any_of(frame.map.estimate.begin(), frame.map.estimate.end(),
                                [](double weight) { return weight < 0; });
    map.low = map.diverging ? -map.high : 0;
}

// Against the queries, 1 to `length`.
FigureData start_rows(const char* id, const char* title, const ExploreFrame& frame,
                      std::size_t length) {
    FigureData data = start_figure(id, title, frame);
    add_sequence(data, frame);
    data.x_parameter = "row";
    data.x.label = "Query i";
    data.x.tight = true;
    data.x.low = 1;
    data.x.high = static_cast<double>(length);
    return data;
}

FigureData start_map(const char* id, const char* title, const ExploreFrame& frame) {
    FigureData data = start_figure(id, title, frame);
    add_sequence(data, frame);
    data.x_parameter = "key";
    data.metric = "weight";
    data.x.label = "Key j";
    data.y.label = "Query i";
    for (FigureAxis* axis : {&data.x, &data.y}) {
        axis->tight = true;
        axis->low = 0.5;
        axis->high = frame.map.length + 0.5;
    }
    return data;
}

void add_map_notes(FigureData& data, const ExploreFrame& frame) {
    const explore::AttentionMap& map = frame.map;
    data.notes.push_back(
        fmt::format("Relative L2 of the output: {} {}, equal weights {}. Of the weights: {}.",
                    label_of(map.variant), format_number(map.output_error, 3),
                    format_number(map.uniform_error, 3), format_number(map.weight_error, 3)));
    if (map.rows_without_entropy > 0)
        data.notes.push_back(fmt::format("{} of {} rows have a negative weight.",
                                         map.rows_without_entropy, map.length));
}

}  // namespace

FigureData build_denominator_figure(const ExploreFrame& frame, const ExploreView&) {
    FigureData data = start_figure("explore_denominators", "Row sums", frame);
    add_sequence(data, frame);
    data.x_parameter = "row sum";
    data.metric = "share";
    data.x.label = "Row sum per visible key, over its mean";
    data.y.label = "Share of rows (%)";
    const auto spreads = drawn_spreads(frame);
    double low = 0, high = 2;
    for (const auto* spread : spreads) {
        low = std::min(low, percentile(spread->values, 0.005));
        high = std::max(high, percentile(spread->values, 0.97));
    }
    low = std::max(std::floor(low * 2) / 2 - 0.25, -3.0);
    high = std::min(std::ceil(high * 2) / 2, 5.0);
    const double width = (high - low) / bins;
    data.x.tight = true;
    data.x.low = low;
    data.x.high = high;
    data.y.low = 0;
    double top = 1;
    for (const auto* spread : spreads) {
        std::vector<double> counts(bins);
        for (const double value : spread->values) {
            const double bin = std::floor((value - low) / width);
            if (bin >= 0 && bin < bins) counts[static_cast<std::size_t>(bin)] += 1;
        }
        Series series = variant_series(spread->variant, "row-sums");
        series.join = Join::steps;
        if (spread->nonpositive > 0)
            series.label += ": " + percent(spread->nonpositive) + " \u2264 0";
        for (int bin = 0; bin <= bins; ++bin) {
            const double share = bin < bins ? 100 * counts[static_cast<std::size_t>(bin)] /
                                                  static_cast<double>(spread->values.size())
                                            : 0;
            add_point(series, data, low + bin * width, share);
            top = std::max(top, share);
        }
        data.series.push_back(std::move(series));
    }
    data.y.high = std::min(top, 40.0);
    Series zero = reference_series("zero", "zero", "solid");
    zero.in_legend = false;
    add_point(zero, data, 0, 0);
    add_point(zero, data, 0, data.y.high * 1.5);
    data.series.push_back(std::move(zero));
    add_zero_notes(data, frame);
    return data;
}

FigureData build_row_figure(const ExploreFrame& frame, const ExploreView&) {
    const std::size_t length = frame.denominators.spreads.front().first.size();
    FigureData data = start_rows("explore_rows", "Row sums by position", frame, length);
    data.metric = "row sum";
    data.y.label = "Row sum per visible key, over its mean";
    std::vector<double> all;
    const auto add = [&](const explore::DenominatorSpread& spread) {
        Series series = variant_series(spread.variant, "rows");
        for (std::size_t i = 0; i < length; ++i)
            add_point(series, data, static_cast<double>(i + 1), spread.first[i], spread.low[i],
                      spread.high[i], frame.denominators.seeds);
        all.insert(all.end(), spread.values.begin(), spread.values.end());
        if (spread.nonpositive > 0)
            series.label += ": " + percent(spread.nonpositive) + " \u2264 0";
        data.series.push_back(std::move(series));
    };
    // Six bands would hide each other: the form that is looked at, and the signed ones.
    for (const auto& spread : frame.denominators.spreads) {
        const VariantInfo* info = find_variant(spread.variant);
        const auto& wanted = frame.request.variants;
        const bool asked = std::find(wanted.begin(), wanted.end(), spread.variant) != wanted.end();
        const bool exact = info && !info->approximates_yat;
        if (exact || asked) add(spread);
    }
    data.y.low = std::max(-4.0, std::min(0.0, percentile(all, 0.002)));
    data.y.high = std::clamp(percentile(all, 0.99), 2.0, 8.0);
    Series zero = reference_series("zero", "zero", "solid");
    zero.in_legend = false;
    add_point(zero, data, 1, 0);
    add_point(zero, data, static_cast<double>(length), 0);
    data.series.push_back(std::move(zero));
    leave_out_far_points(data);
    add_zero_notes(data, frame);
    return data;
}

FigureData build_exact_map(const ExploreFrame& frame, const ExploreView&) {
    FigureData data = start_map("explore_exact_map", "Attention, exact", frame);
    data.map = relative_map(frame.map.exact, frame.map.length, frame.request.causal);
    set_scale(*data.map, frame);
    data.map->label = "Weight, 1 = all alike";
    add_map_notes(data, frame);
    return data;
}

FigureData build_estimate_map(const ExploreFrame& frame, const ExploreView&) {
    FigureData data = start_map("explore_estimate_map", "Attention, estimated", frame);
    data.title = "Attention, " + label_of(frame.map.variant);
    data.map = relative_map(frame.map.estimate, frame.map.length, frame.request.causal);
    set_scale(*data.map, frame);
    data.map->label = "Weight, 1 = all alike";
    add_map_notes(data, frame);
    return data;
}

FigureData build_difference_map(const ExploreFrame& frame, const ExploreView&) {
    FigureData data = start_map("explore_map_difference", "Difference", frame);
    data.title = label_of(frame.map.variant) + " \u2212 exact";
    std::vector<double> difference = frame.map.estimate;
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= frame.map.exact[i];
    data.map = relative_map(difference, frame.map.length, frame.request.causal);
    FigureMap scale;
    set_scale(scale, frame);
    data.map->diverging = true;
    data.map->high = scale.high;
    data.map->low = -scale.high;
    data.map->label = "Difference, 1 = all alike";
    add_map_notes(data, frame);
    return data;
}

FigureData build_entropy_figure(const ExploreFrame& frame, const ExploreView&) {
    FigureData data = start_rows("explore_entropy", "Row entropy", frame,
                                 static_cast<std::size_t>(frame.map.length));
    data.metric = "entropy";
    data.y.label = "Entropy (nats)";
    const auto add = [&](Series series, const std::vector<double>& values) {
        for (std::size_t i = 0; i < values.size(); ++i)
            add_point(series, data, static_cast<double>(i + 1), values[i]);
        data.series.push_back(std::move(series));
    };
    Series exact = variant_series("yat-spherical", "entropy");
    exact.label = "Yat (exact)";
    add(std::move(exact), frame.map.exact_entropy);
    add(variant_series(frame.map.variant, "entropy"), frame.map.estimate_entropy);
    std::vector<double> difference;
    for (std::size_t i = 0; i < frame.map.exact_entropy.size(); ++i)
        difference.push_back(frame.map.estimate_entropy[i] - frame.map.exact_entropy[i]);
    add(reference_series("difference", "their difference", "dash"), difference);
    add(reference_series("uniform", "all keys alike", "dot"), frame.map.uniform_entropy);
    for (const Series& series : data.series)
        for (const FigurePoint& point : series.points) {
            data.y.low = std::min(data.y.low > data.y.high ? point.y : data.y.low, point.y);
            data.y.high = std::max(data.y.high, point.y);
        }
    data.y.low = std::min(data.y.low, 0.0);
    add_map_notes(data, frame);
    return data;
}

}  // namespace slay

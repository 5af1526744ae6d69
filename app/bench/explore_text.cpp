#include "app/bench/explore_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/bench/text_table.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"
#include "exports/explore/explore_figures.h"

namespace slay::bench {
namespace {

std::string number(double value) {
    return format_number(value, 3);
}

std::string label_of(const std::string& variant) {
    const VariantInfo* info = find_variant(variant);
    return info ? info->label : variant;
}

std::string node_table(const explore::Quadrature& rule) {
    TextTable table;
    for (const char* heading : {"r", "t", "alpha", "s = t/C", "w = alpha/C", "at x = 1"})
        table.add_column(heading, Align::right);
    for (std::size_t r = 0; r < rule.s.size(); ++r)
        table.add_row({std::to_string(r + 1), number(rule.t[r]),
                       fmt::format("{:.3g}", rule.alpha[r]), number(rule.s[r]),
                       fmt::format("{:.3g}", rule.w[r]), number(rule.contribution(r, 1))});
    return table.to_text("  ");
}

std::string curve_table(const explore::Frame& frame, bool scaled) {
    const explore::Curves& curves = frame.curves;
    TextTable table;
    for (const char* heading : {"degrees", "x", "kernel", "quadrature"})
        table.add_column(heading, Align::right);
    for (const explore::Estimate& each : curves.estimates)
        table.add_column(label_of(each.variant) + " (10 % to 90 %)", Align::right);
    for (std::size_t i = 0; i < curves.x.size(); i += 20) {
        std::vector<std::string> cells{number(curves.degrees[i]), number(curves.x[i]),
                                       fmt::format("{:.3g}", curves.exact[i]),
                                       number(curves.quadrature[i])};
        for (const explore::Estimate& each : curves.estimates) {
            const double scale = scaled ? each.scale : 1;
            cells.push_back(fmt::format("{:.3g} ({:.3g} to {:.3g})", scale * each.mean[i],
                                        scale * each.low[i], scale * each.high[i]));
        }
        table.add_row(std::move(cells));
    }
    return table.to_text("  ");
}

std::string row_sum_table(const explore::Denominators& denominators) {
    TextTable table;
    table.add_column("Row sums D_i");
    table.add_column("least", Align::right);
    table.add_column("most", Align::right);
    table.add_column("at or below 0", Align::right);
    for (const explore::DenominatorSpread& each : denominators.spreads) {
        const auto [least, most] = std::minmax_element(each.values.begin(), each.values.end());
        table.add_row({label_of(each.variant), number(*least), number(*most),
                       fmt::format("{:.2f} %", 100 * each.nonpositive)});
    }
    return table.to_text("  ");
}

double mean_entropy(const std::vector<double>& values) {
    double sum = 0, count = 0;
    for (const double each : values) {
        if (std::isnan(each)) continue;
        sum += each;
        count += 1;
    }
    return count > 0 ? sum / count : std::nan("");
}

}  // namespace

std::string explore_text(const explore::Frame& frame, bool scaled) {
    std::string out = describe_budget(frame.request) + "\n\n";
    out += "Nodes of x^2/(C - 2x) ~ x^2 sum_r w_r exp(2 s_r x)\n" + node_table(frame.quadrature);
    out += fmt::format("\nKernel, and its estimates over {} seeds{}\n", frame.curves.seeds,
                       scaled ? ", scaled by what attention's division cancels" : "");
    out += curve_table(frame, scaled);
    out += fmt::format("\n{} of {} positions; row sums per visible key over their mean, {} seeds\n",
                       clean_text(frame.sequence, 200), frame.map.length, frame.denominators.seeds);
    out += row_sum_table(frame.denominators);
    const explore::AttentionMap& map = frame.map;
    out += fmt::format(
        "\n{} at seed {}: relative L2 of the output {}, of equal weights {}; of the weights {}\n"
        "mean row entropy {} nats, of the exact kernel {}; rows with a negative weight: {}\n",
        label_of(map.variant), frame.request.seed, number(map.output_error),
        number(map.uniform_error), number(map.weight_error),
        number(mean_entropy(map.estimate_entropy)), number(mean_entropy(map.exact_entropy)),
        map.rows_without_entropy);
    return out;
}

}  // namespace slay::bench

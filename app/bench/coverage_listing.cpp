#include "app/bench/coverage_listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/bench/text_table.h"

namespace slay::bench {
namespace {

std::vector<std::string> type_names(const KernelCoverage& row) {
    std::vector<std::string> names;
    for (const DataType type : row.types) names.emplace_back(to_string(type));
    return names;
}

std::string_view pass_name(const KernelCoverage& row) {
    return row.gradient ? "with gradients" : "forward";
}

}  // namespace

std::string coverage_text(const std::vector<KernelCoverage>& coverage) {
    TextTable table;
    for (const char* heading : {"CUDA kernels of", "pass", "types", "cover"})
        table.add_column(heading);
    for (const KernelCoverage& row : coverage) {
        table.add_row({row.variant, std::string(pass_name(row)),
                       fmt::format("{}", fmt::join(type_names(row), ", ")), describe(row)});
    }
    return table.to_text() +
           "Outside, and in float64, the ATen form is taken; tf32 is float32 to the kernels. Said "
           "for compute capability 8.0 or later\nwith 227 KB of shared memory a block, as an H100 "
           "has; R M and P each with the other at its default.\n";
}

nlohmann::ordered_json coverage_json(const std::vector<KernelCoverage>& coverage,
                                     std::string_view variant) {
    auto rows = nlohmann::ordered_json::array();
    for (const KernelCoverage& row : coverage) {
        if (row.variant != variant) continue;
        nlohmann::ordered_json json = {{"pass", pass_name(row)}, {"dtypes", type_names(row)}};
        if (row.head_dims.empty()) {
            json["refused"] = row.refusal;
        } else {
            json["head_dims"] = row.head_dims;
            if (!row.most_features.empty()) {
                auto& most = json["most_features"] = nlohmann::ordered_json::object();
                for (const auto& [dim, features] : row.most_features)
                    most[std::to_string(dim)] = features;
            }
            if (row.most_poly > 0) json["most_poly_features"] = row.most_poly;
            json["least_length"] = row.least_length;
            json["causal"] = row.causal;
            json["bidirectional"] = row.bidirectional;
        }
        rows.push_back(std::move(json));
    }
    return rows;
}

}  // namespace slay::bench

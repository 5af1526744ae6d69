#include "engine/core/kernel_coverage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slay {
namespace {

// "16, 32, 64", or "4 to 128 by 4" where the dimensions are a regular row.
std::string dimensions_text(const std::vector<int>& dims) {
    if (dims.size() > 4) {
        const int step = dims[1] - dims[0];
        bool regular = true;
        for (std::size_t i = 1; i < dims.size(); ++i)
            regular = regular && dims[i] - dims[i - 1] == step;
        if (regular) return fmt::format("{} to {} by {}", dims.front(), dims.back(), step);
    }
    return fmt::format("{}", fmt::join(dims, ", "));
}

// "R M to 512", with the dimensions where they differ: "R M to 512 (d 16, 32), 256 (d 64)".
std::string features_text(const std::map<int, std::int64_t>& most) {
    std::vector<std::pair<std::int64_t, std::vector<int>>> groups;
    for (const auto& [dim, features] : most) {
        if (groups.empty() || groups.back().first != features) groups.push_back({features, {}});
        groups.back().second.push_back(dim);
    }
    std::vector<std::string> parts;
    for (const auto& [features, dims] : groups)
        parts.push_back(groups.size() == 1
                            ? std::to_string(features)
                            : fmt::format("{} (d {})", features, dimensions_text(dims)));
    return fmt::format("R M to {}", fmt::join(parts, ", "));
}

}  // namespace

std::string describe(const KernelCoverage& coverage) {
    if (coverage.head_dims.empty()) return "none: " + coverage.refusal;
    std::string text = "d " + dimensions_text(coverage.head_dims);
    if (!coverage.most_features.empty()) text += "; " + features_text(coverage.most_features);
    if (coverage.most_poly > 0) text += fmt::format("; P to {}", coverage.most_poly);
    if (coverage.least_length > 1) text += fmt::format("; L from {}", coverage.least_length);
    if (!coverage.causal) text += "; bidirectional only";
    if (!coverage.bidirectional) text += "; causal only";
    return text;
}

}  // namespace slay

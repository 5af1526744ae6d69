// What every program needs to know of an attention variant without loading LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/data_type.h"
#include "engine/core/parameters.h"

namespace slay {

enum class Family { softmax, linear, exact_yat, linearised_yat };
std::string_view to_string(Family family);  // "softmax", "linear", "exact-yat", "linearised-yat"

enum class Complexity { quadratic, linear };  // of time in the length L
std::string_view to_string(Complexity complexity);

// The same everywhere: plot, chip, table, LaTeX legend.
struct VariantStyle {
    std::uint32_t colour = 0;       // 0xRRGGBB on a light ground
    std::uint32_t dark_colour = 0;  // 0xRRGGBB on a dark ground
    std::string
        marker;  // circle, square, diamond, triangle, triangle-down, cross, plus, star, disc, ...
    std::string dash;  // solid, dash, dot, dash-dot
    bool operator==(const VariantStyle&) const = default;
};

struct VariantInfo {
    std::string name;         // "yat-performer-anchor": the id in files
    std::string label;        // "SLAY (anchor)": in plots
    std::string latex_label;  // the same in LaTeX
    std::string formula;      // one line of plain text: K(q,k) or Psi(u)
    Family family = Family::softmax;
    Complexity complexity = Complexity::quadratic;
    bool signed_estimate = false;           // its denominator can pass through zero
    bool approximates_yat = false;          // its error against exact Yat is a result
    std::vector<ParameterInfo> parameters;  // its own: nodes, prf_features, ...; shape is not here
    VariantStyle style;
    bool operator==(const VariantInfo&) const = default;
};

// The built-in variants, in the order in which tables and legends show them.
const std::vector<VariantInfo>& variant_catalog();
const VariantInfo* find_variant(std::string_view name);

}  // namespace slay

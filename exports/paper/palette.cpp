#include "exports/paper/palette.h"

#include <algorithm>
#include <cmath>

namespace slay {
namespace {

// The variant's place in the catalog; of one that is not there, after it, by its name.
std::size_t rank(const std::string& variant) {
    const auto& rows = variant_catalog();
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [&](const VariantInfo& row) { return row.name == variant; });
    if (at != rows.end()) return static_cast<std::size_t>(at - rows.begin());
    std::size_t sum = rows.size();
    for (const char c : variant) sum += static_cast<unsigned char>(c);
    return sum;
}

double linear(std::uint32_t byte) {
    const double value = (byte & 0xFF) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

}  // namespace

const std::vector<Palette>& palettes() {
    static const std::vector<Palette> rows{
        {"variants", "The variants' own", {}},
        // Okabe and Ito's colours for every kind of colour vision, without the yellow, which is
        // too pale on white.
        {"okabe-ito",
         "Okabe-Ito",
         {0x000000, 0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xE69F00}},
        {"grey", "Greys", {0x000000, 0x707070, 0x303030, 0x8C8C8C, 0x505050}},
        {"black", "Black", {0x000000}},
    };
    return rows;
}

const Palette* find_palette(std::string_view id) {
    for (const Palette& row : palettes())
        if (row.id == id) return &row;
    return nullptr;
}

void apply_palette(FigureData& data, const Palette& palette) {
    if (palette.colours.empty()) return;
    for (Series& series : data.series) {
        if (series.variant.empty()) continue;
        const std::uint32_t colour = palette.colours[rank(series.variant) % palette.colours.size()];
        series.style.colour = series.style.dark_colour = colour;
    }
}

double grey_lightness(std::uint32_t colour) {
    const double y =
        0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8) + 0.0722 * linear(colour);
    return y <= 216.0 / 24389 ? y * 24389 / 27 : 116 * std::cbrt(y) - 16;
}

}  // namespace slay

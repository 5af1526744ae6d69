// Colours for paper instead of the variants' own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exports/figure_data.h"

namespace slay {

struct Palette {
    std::string id;     // "okabe-ito"
    std::string label;  // for people
    // 0xRRGGBB on white, taken in turn by the variants of the catalog; empty: each has its own.
    std::vector<std::uint32_t> colours;
};
const std::vector<Palette>& palettes();
const Palette* find_palette(std::string_view id);

// Recolours the curves. A variant has the same colour in every figure, whichever others it shows;
// markers and dashes stay.
void apply_palette(FigureData& data, const Palette& palette);

// Lightness of 0xRRGGBB printed in grey, 0 black to 100 white (CIE L*).
double grey_lightness(std::uint32_t colour);

}  // namespace slay

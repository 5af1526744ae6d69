#include "exports/paper/pgfplots_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "exports/latex_text.h"
#include "exports/map_colours.h"
#include "exports/paper/pgfplots_axis.h"

namespace slay {
namespace {

std::string stop(int place, std::uint32_t colour) {
    return fmt::format(" rgb255({})=({},{},{})", place, colour >> 16, colour >> 8 & 255,
                       colour & 255);
}

}  // namespace

std::string pgf_map_options(const FigureMap& map, const PaperSizes& sizes) {
    const MapColours colours = map_colours(false);
    std::string stops;
    if (map.diverging)
        stops = stop(0, colours.below) + stop(1, colours.below_middle) + stop(2, 0xFFFFFF) +
                stop(3, colours.above_middle) + stop(4, colours.above);
    else
        stops = stop(0, 0xFFFFFF) + stop(1, colours.above_middle) + stop(2, colours.above);
    return fmt::format(
        "  y dir=reverse, axis on top, ymajorgrids=false,\n"
        "  colormap={{slaymap}}{{{}}}, point meta min={:.9g}, point meta max={:.9g},\n"
        "  colorbar, colorbar style={{width=6pt, ylabel={{{}}},\n"
        "    axis line style={{line width={:g}pt}}, axis x line*=box, axis y line*=box,\n"
        "    ytick align=outside, ytick pos=right, ylabel style={{font={}}}}},\n",
        stops, map.low, map.high, latex_escape(map.label, 80), sizes.axis_points,
        pgf_font(sizes.label_points));
}

std::string pgf_map(const FigureMap& map) {
    std::string out = fmt::format(
        "\\addplot[matrix plot*,mesh/cols={},point meta=explicit] table[row sep=\\\\,meta=z] "
        "{{\nx y z\\\\\n",
        map.columns);
    for (int row = 0; row < map.rows; ++row)
        for (int column = 0; column < map.columns; ++column) {
            const double value =
                map.values[static_cast<std::size_t>(row) * static_cast<std::size_t>(map.columns) +
                           static_cast<std::size_t>(column)];
            // Beyond its ends the colour is that of the end.
            const double shown = std::isnan(value) ? (map.diverging ? 0 : map.low)
                                                   : std::clamp(value, map.low, map.high);
            out += fmt::format("{} {} {:.4g}\\\\\n", column + 1, row + 1, shown);
        }
    return out + "};\n";
}

}  // namespace slay

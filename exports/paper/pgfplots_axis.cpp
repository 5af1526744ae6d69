#include "exports/paper/pgfplots_axis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "exports/axis_scale.h"
#include "exports/latex_text.h"
#include "exports/legend_lines.h"
#include "exports/tables/column_width.h"

namespace slay {
namespace {

std::string numbers(const std::vector<double>& values) {
    std::string out;
    for (const double value : values) out += fmt::format("{}{:.9g}", out.empty() ? "" : ",", value);
    return out;
}

std::string labels(const std::vector<std::string>& each) {
    std::string out;
    for (const std::string& text : each) out += (out.empty() ? "{" : ",{") + text + '}';
    return out;
}

std::string decade_label(double tick, bool power) {
    const std::string plain = fmt::format("{:.4g}", tick);
    if (power || plain.starts_with("1e"))
        return fmt::format("$10^{{{}}}$", std::lround(std::log10(tick)));
    const std::size_t e = plain.find('e');
    if (e == std::string::npos) return plain;
    return fmt::format("${} \\cdot 10^{{{}}}$", plain.substr(0, e), std::stoi(plain.substr(e + 1)));
}

// "  xmode=log,\n  xmin=...": mode, range and ticks of one axis.
std::string scale(char axis, const FigureAxis& from, AxisRange range, bool lengths, double room) {
    std::string out = fmt::format("  {0}mode={1},\n  {0}min={2:.9g}, {0}max={3:.9g},\n", axis,
                                  from.log ? "log" : "normal", range.low, range.high);
    if (!from.log) {
        if (from.share) out += fmt::format("  {}tick={{0,0.2,0.4,0.6,0.8,1}},\n", axis);
        return out;
    }
    std::vector<double> ticks, minor;
    std::vector<std::string> texts;
    if (lengths) {
        ticks = doubling_ticks(range);
        const auto fits = std::max<std::size_t>(2, static_cast<std::size_t>(room / 22));
        std::size_t every = 1;
        while (ticks.size() > fits * every) ++every;
        for (const double tick : ticks) {
            const auto power = static_cast<std::size_t>(std::lround(std::log2(tick)));
            texts.push_back(power % every == 0 ? length_text(tick) : "");
        }
    } else {
        const DecadeTicks decades = decade_ticks(range);
        ticks = decades.major;
        // Beyond the range they would be drawn beside the axis.
        for (const double tick : decades.minor)
            if (tick >= range.low && tick <= range.high) minor.push_back(tick);
        for (const double tick : ticks) texts.push_back(decade_label(tick, decades.powers));
    }
    if (ticks.empty()) return out;
    out += fmt::format("  {0}tick={{{1}}},\n  {0}ticklabels={{{2}}},\n  minor {0}tick={{{3}}},\n",
                       axis, numbers(ticks), labels(texts), numbers(minor));
    return out;
}

// Broken at the space nearest to the middle; as it is without one.
std::string in_two_lines(const std::string& name) {
    std::size_t best = std::string::npos;
    const auto off = [&](std::size_t at) {
        return std::abs(2 * static_cast<double>(at) - static_cast<double>(name.size()));
    };
    for (std::size_t at = name.find(' '); at != std::string::npos; at = name.find(' ', at + 1))
        if (best == std::string::npos || off(at) < off(best)) best = at;
    return best == std::string::npos ? name : name.substr(0, best) + "\\\\" + name.substr(best + 1);
}

// Names side by side in one line or in two; where neither fits, they lean.
std::string categories(const FigureData& data, const PaperSizes& sizes, double room) {
    std::vector<double> places;
    std::vector<std::string> names, broken;
    double one = 0, two = 0;
    for (std::size_t i = 0; i < data.x.categories.size(); ++i) {
        places.push_back(static_cast<double>(i));
        names.push_back(latex_escape(data.x.categories[i], 60));
        broken.push_back(in_two_lines(names.back()));
        one = std::max(one, text_width(names.back()) * sizes.tick_points);
        const std::size_t cut = broken.back().find("\\\\");
        two = std::max(two, text_width(broken.back().substr(0, cut)) * sizes.tick_points);
        if (cut != std::string::npos)
            two = std::max(two, text_width(broken.back().substr(cut + 2)) * sizes.tick_points);
    }
    const double each = 0.95 * room / static_cast<double>(names.size());
    std::string out = fmt::format("  xtick={{{}}},\n  xticklabels={{{}}},\n", numbers(places),
                                  labels(one > each && two <= each ? broken : names));
    if (one > each)
        out += two <= each ? "  x tick label style={align=center},\n"
                           : "  x tick label style={rotate=45,anchor=north east},\n";
    return out;
}

constexpr double icon_points = 12;  // of the legend

// Of the legend with so many columns, in points.
AreaSize legend_size(const std::vector<LegendLine>& lines, const PaperSizes& sizes, double wide,
                     std::size_t columns) {
    const std::size_t rows = (lines.size() + columns - 1) / columns;
    std::vector<double> widths(columns, 0.0);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const double text =
            0.9 * wide * text_width(latex_escape(lines[i].label, 120)) * sizes.legend_points;
        widths[i / rows] = std::max(widths[i / rows], text + icon_points + 9);
    }
    double width = 0;
    for (const double each : widths) width += each;
    return {width, 1.15 * sizes.legend_points * static_cast<double>(rows)};
}

}  // namespace

PgfLegend pgf_legend_place(const FigureData& data, const PaperChoice& choice,
                           const PaperSizes& sizes) {
    PgfLegend out{choice.legend, 1, {}};
    const double wide = choice.typeface().wide;
    const std::vector<LegendLine> lines = legend_lines(data, true);
    if (out.place == LegendPlace::inside) {
        const AreaSize area = pgf_area(choice, out.place);
        const FigureRoom room(data, area, x_range(data), y_range(data), 1);
        std::vector<AreaSize> forms;
        for (std::size_t columns = 1; columns <= std::min<std::size_t>(4, lines.size());
             ++columns) {
            const AreaSize size = legend_size(lines, sizes, wide, columns);
            forms.push_back({size.width + 2, size.height + 2});
        }
        if (const auto place = room.legend(forms)) {
            out.columns = place->form + 1;
            out.box = place->box;
            return out;
        }
        out.place = LegendPlace::below;
    }
    if (out.place == LegendPlace::right) return out;
    // As many columns as fit into the figure's width.
    out.columns = std::max<std::size_t>(1, std::min<std::size_t>(6, lines.size()));
    while (out.columns > 1 &&
           legend_size(lines, sizes, wide, out.columns).width > choice.figure_width() * 72.27)
        --out.columns;
    return out;
}

std::string pgf_font(double points) {
    return fmt::format("\\fontsize{{{:g}}}{{{:g}}}\\selectfont", points, points * 1.15);
}

AreaSize pgf_area(const PaperChoice& choice, LegendPlace legend) {
    const double width = choice.figure_width() * 72.27, height = choice.figure_height() * 72.27;
    if (legend == LegendPlace::none || legend == LegendPlace::inside)
        return {width - 36, height - (choice.title ? 42 : 32)};  // labels, ticks, title
    return {width * (legend == LegendPlace::right ? 0.65 : 0.87), height * 0.62};
}

std::string pgf_axis_options(const FigureData& data, const PaperChoice& choice,
                             const PaperSizes& sizes, const PgfLegend& legend) {
    const double room = pgf_area(choice, legend.place).width;
    std::string out =
        "  width=\\slaywidth, height=\\slayheight,\n"
        "  axis x line*=bottom, axis y line*=left,\n";
    out += fmt::format(
        "  axis line style={{line width={0:g}pt}}, tick style={{line width={0:g}pt,black}},\n"
        "  minor tick style={{line width={1:g}pt,black}},\n"
        "  major tick length=2.6pt, minor tick length=1.5pt, tick align=outside,\n"
        "  ymajorgrids, grid style={{line width={2:g}pt,black!11}},\n"
        "  tick label style={{font={3}}}, xlabel near ticks, ylabel near ticks,\n"
        "  xlabel style={{font={4}}}, ylabel style={{font={4}}},\n"
        "  scaled ticks=false, clip marker paths=false,\n"
        "  /pgf/number format/1000 sep={{}},\n",
        sizes.axis_points, sizes.axis_points * 0.7, sizes.grid_points, pgf_font(sizes.tick_points),
        pgf_font(sizes.label_points));
    if (choice.title)
        out += fmt::format("  title={{{}}}, title style={{font={}\\bfseries,yshift=-3pt}},\n",
                           latex_escape(data.title, 160), pgf_font(sizes.title_points));
    if (!data.x.label.empty())
        out += fmt::format("  xlabel={{{}}},\n", latex_escape(data.x.label, 120));
    out += fmt::format("  ylabel={{{}}},\n", latex_escape(data.y.label, 120));
    out += scale('x', data.x, x_range(data), doubles(data), room);
    if (!data.x.categories.empty()) out += categories(data, sizes, room);
    out += scale('y', data.y, y_range(data), false, room);
    if (legend.place == LegendPlace::none) return out;
    const bool inside = legend.place == LegendPlace::inside;
    if (inside) {
        const AreaSize area = pgf_area(choice, legend.place);
        out += fmt::format(
            "  legend style={{at={{(rel axis cs:{:.4f},{:.4f})}},anchor=north west}},\n",
            legend.box.left / area.width, 1 - legend.box.top / area.height);
    } else {
        out += "  legend to name=slaylegend,\n";
    }
    out += fmt::format(
        "  legend columns={}, legend cell align=left,\n"
        "  legend image code/.code={{\\draw[mark repeat=2,"
        "mark phase=2,##1] plot coordinates {{(0pt,0pt) ({}pt,0pt) ({}pt,0pt)}};}},\n"
        "  legend style={{draw=none,fill={},font={},inner xsep={}pt,inner ysep=0pt,\n"
        "    row sep=-1.5pt,/tikz/every even column/.append style={{column sep=5pt}}}},\n",
        legend.columns, icon_points / 2, icon_points, inside ? "white" : "none",
        pgf_font(sizes.legend_points), inside ? 1 : 0);
    return out;
}

}  // namespace slay

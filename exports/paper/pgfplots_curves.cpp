#include "exports/paper/pgfplots_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "exports/axis_scale.h"
#include "exports/latex_text.h"
#include "exports/legend_lines.h"
#include "exports/points_within.h"

namespace slay {
namespace {

bool is_backdrop(const Series& series) {
    return series.kind == SeriesKind::front && series.variant.empty();
}

bool drawn(const Series& series) {
    return !series.hidden && !series.points.empty();
}

// The colour's name, made paler as the PDF's renderer does.
std::string colour_of(const FigureData& data, const Series& series) {
    if (series.kind == SeriesKind::reference) return "black!67";
    if (is_backdrop(series)) return "black!28";
    std::string name = "slay" + std::to_string(&series - data.series.data());
    if (series.join == Join::none) return name + "!55";
    if (series.kind == SeriesKind::paper || series.kind == SeriesKind::predicted)
        return name + "!65";
    return name;
}

double width_of(const Series& series, const PaperSizes& sizes) {
    double factor = series.kind == SeriesKind::measured ? 1.0 : 0.6;
    if (series.kind == SeriesKind::front) factor = series.variant.empty() ? 3.6 : 0.7;
    return factor * sizes.curve_points;
}

// Of on and off, in line widths; empty for a solid line.
std::vector<double> dashes_of(const Series& series) {
    if (series.kind == SeriesKind::predicted) return {1.2, 2.2};
    if (series.kind == SeriesKind::paper) return {};
    const std::string& dash = series.style.dash;
    if (series.kind == SeriesKind::reference && dash.empty())
        return series.id.find("quadrature") != std::string::npos ? std::vector<double>{2, 2}
                                                                 : std::vector<double>{8, 3};
    if (dash == "dash") return {5, 2.5};
    if (dash == "dot") return {1.2, 1.8};
    if (dash == "dash-dot") return {5, 1.8, 1.2, 1.8};
    return {};
}

std::string line_options(const FigureData& data, const Series& series, const PaperSizes& sizes) {
    const double width = width_of(series, sizes);
    std::string out = fmt::format("{},line width={:g}pt", colour_of(data, series), width);
    const std::vector<double> dashes = dashes_of(series);
    if (dashes.empty()) return out + ",solid";
    out += ",dash pattern=";
    for (std::size_t i = 0; i < dashes.size(); ++i)
        out += fmt::format("{} {:g}pt ", i % 2 == 0 ? "on" : "off", dashes[i] * width);
    return out;
}

struct Mark {
    const char* name;  // the variant's
    const char* pgf;
    double factor;  // shapes of equal width do not look equally large
    bool hollow;
};
constexpr std::array<Mark, 9> marks{{{"disc", "*", 1, false},
                                     {"circle", "*", 1, true},
                                     {"square", "square*", 0.9, true},
                                     {"diamond", "diamond*", 1.35, true},
                                     {"triangle", "triangle*", 1.3, true},
                                     {"triangle-down", "triangle*", 1.3, true},
                                     {"plus", "+", 1.2, false},
                                     {"cross", "x", 1.2, false},
                                     {"star", "asterisk", 1.2, false}}};

std::string mark_options(const FigureData& data, const Series& series, const PaperSizes& sizes) {
    if (series.kind == SeriesKind::predicted || series.kind == SeriesKind::reference ||
        series.kind == SeriesKind::front || series.variant.empty())
        return "mark=none";
    const auto at = std::find_if(marks.begin(), marks.end(), [&](const Mark& each) {
        return series.style.marker == each.name;
    });
    const Mark mark = at == marks.end() ? marks[1] : *at;
    const bool published = series.kind == SeriesKind::paper;
    const double share = published || series.join == Join::none ? 0.7 : 1.0;
    return fmt::format(
        "mark={},mark size={:.3g}pt,mark options={{solid,line width={:g}pt,fill={}{}}}", mark.pgf,
        sizes.marker_points / 2 * share * mark.factor,
        sizes.curve_points * (published ? 0.5 : 0.75),
        mark.hollow ? "white" : colour_of(data, series),
        series.style.marker == "triangle-down" ? ",rotate=180" : "");
}

std::string number(double value) {
    return fmt::format("{:.7g}", value);
}

// In heights of the axes: TeX has no dimension for what lies far beyond.
constexpr double lowest = -1, highest = 2;

std::vector<FigurePoint> within_reach(const FigureData& data, const Series& series) {
    return points_within(data, series, lowest, highest);
}

// Lower edge to the right, upper edge back.
std::string band(const FigureData& data, const Series& series) {
    std::string out = fmt::format(
        "\\addplot[draw=none,fill={}!20,forget plot] table[row sep=\\\\]"
        " {{\nx y\\\\\n",
        colour_of(data, series));
    const std::vector<FigurePoint> points = within_reach(data, series);
    for (const FigurePoint& p : points)
        out += number(p.x) + ' ' + number(p.low.value_or(p.y)) + "\\\\\n";
    for (auto p = points.rbegin(); p != points.rend(); ++p)
        out += number(p->x) + ' ' + number(p->high.value_or(p->y)) + "\\\\\n";
    return out + "} --cycle;\n";
}

// A level that holds for a category is a bar as wide as the points that stand at it.
std::string levels(const FigureData& data, const Series& series, const PaperSizes& sizes) {
    std::string out;
    for (const FigurePoint& p : series.points)
        out += fmt::format(
            "\\addplot[{},line width={:g}pt,mark=none,forget plot] coordinates "
            "{{({},{}) ({},{})}};\n",
            colour_of(data, series), sizes.interval_points, number(p.x - 0.45), number(p.y),
            number(p.x + 0.45), number(p.y));
    return out;
}

std::string curve(const FigureData& data, const Series& series, const PaperSizes& sizes) {
    if (series.dots && series.kind == SeriesKind::reference) return levels(data, series, sizes);
    const bool barred =
        !series.band && series.join != Join::none &&
        (series.join == Join::line ? series.kind == SeriesKind::measured
                                   : series.kind == SeriesKind::front) &&
        std::any_of(series.points.begin(), series.points.end(),
                    [](const FigurePoint& point) { return point.high.has_value(); });
    std::string out =
        fmt::format("% {}\n\\addplot[forget plot,{},{}", latex_escape(series.label, 80),
                    line_options(data, series, sizes), mark_options(data, series, sizes));
    if (series.dots || series.join == Join::none) out += ",only marks";
    if (series.join == Join::steps) out += ",const plot";
    if (series.band && series.points.size() > 12)  // a dozen markers tell the curve apart
        out += fmt::format(",mark repeat={}", std::max<std::size_t>(1, series.points.size() / 12));
    if (barred)
        out += fmt::format(
            ",error bars/.cd,y dir=both,y explicit,error bar style={{solid,line width={:g}pt}},"
            "error mark options={{solid,line width={:g}pt,rotate=90,mark size={:.3g}pt}}",
            sizes.interval_points, sizes.interval_points,
            sizes.marker_points * (series.dots ? 0.2 : 0.4));
    out += "] table[row sep=\\\\";
    out += barred ? ",y error plus=p,y error minus=m] {\nx y p m\\\\\n" : "] {\nx y\\\\\n";
    for (const FigurePoint& p : within_reach(data, series)) {
        out += number(p.x) + ' ' + number(p.y);
        if (barred)
            out +=
                ' ' + number(p.high ? *p.high - p.y : 0) + ' ' + number(p.low ? p.y - *p.low : 0);
        out += "\\\\\n";
    }
    return out + "};\n";
}

// At the top edge, one below the other where several fail at one place; of each curve the first
// failure only, because longer ones fail too.
std::string failures(const FigureData& data, double height, const PaperSizes& sizes) {
    const AxisRange y = y_range(data);
    std::map<double, int> stacked;
    std::string out;
    for (const Series& series : data.series) {
        if (series.hidden || series.kind != SeriesKind::measured) continue;
        for (const UndrawnPoint& point : series.undrawn) {
            if (point.state == PointState::running) continue;
            const double down = (0.9 + 1.35 * stacked[point.x]++) * sizes.marker_points / height;
            const double at = data.y.log ? y.high * std::pow(y.low / y.high, down)
                                         : y.high - (y.high - y.low) * down;
            out += fmt::format(
                "\\addplot[{},only marks,mark=x,mark size={:.3g}pt,mark options={{line "
                "width={:g}pt}},forget plot] coordinates {{({},{})}};\n",
                colour_of(data, series), sizes.marker_points * 0.55, sizes.curve_points * 0.9,
                number(point.x), number(at));
            if (data.x.categories.empty()) break;
        }
    }
    return out;
}

std::string crossover_options(const PaperSizes& sizes) {
    return fmt::format(
        "black,only marks,mark=o,mark size={:.3g}pt,mark options={{line width={:g}pt}}",
        sizes.marker_points * 0.7, sizes.axis_points);
}

std::string legend_entry(const FigureData& data, const LegendLine& line, const PaperSizes& sizes) {
    std::string options, label = latex_escape(line.label, 120);
    switch (line.mark) {
        case LegendMark::series: {
            const Series& series = *line.series;
            const VariantInfo* known = find_variant(series.variant);
            if (known && known->label == line.label) label = known->latex_label;
            options = line_options(data, series, sizes) + ',' + mark_options(data, series, sizes);
            if (series.join == Join::none) {  // as its front is drawn
                const std::string name = colour_of(data, series);
                options += ',' + name.substr(0, name.find('!'));
            }
            if (series.dots && series.kind == SeriesKind::measured) options += ",only marks";
            break;
        }
        case LegendMark::predicted:
            options = fmt::format(
                "black!43,line width={:g}pt,dash pattern=on {:g}pt off {:g}pt,mark=none",
                0.6 * sizes.curve_points, 0.72, 1.32);
            break;
        case LegendMark::published:
            options = fmt::format(
                "black!43,line width={:g}pt,mark=*,mark size={:.3g}pt,mark options={{fill=white}}",
                0.6 * sizes.curve_points, sizes.marker_points * 0.35);
            break;
        case LegendMark::crossover:
            options = crossover_options(sizes);
            break;
        case LegendMark::failure:
            options = fmt::format(
                "black,only marks,mark=x,mark size={:.3g}pt,mark options={{line width={:g}pt}}",
                sizes.marker_points * 0.55, sizes.curve_points * 0.9);
            break;
    }
    return "\\addlegendimage{" + options + "}\n\\addlegendentry{" + label + "}\n";
}

}  // namespace

std::string pgf_colours(const FigureData& data) {
    std::string out;
    for (std::size_t i = 0; i < data.series.size(); ++i)
        if (data.series[i].kind != SeriesKind::reference && !is_backdrop(data.series[i]) &&
            !data.series[i].hidden)
            out += fmt::format("\\definecolor{{slay{}}}{{HTML}}{{{:06X}}}\n", i,
                               data.series[i].style.colour & 0xFFFFFFu);
    return out;
}

std::string pgf_curves(const FigureData& data, const PaperSizes& sizes) {
    std::string out;
    for (const Series& series : data.series)
        if (drawn(series) && series.band) out += band(data, series);
    for (const bool backdrops : {true, false})
        for (const Series& series : data.series)
            if (drawn(series) && is_backdrop(series) == backdrops)
                out += curve(data, series, sizes);
    return out;
}

std::string pgf_marks(const FigureData& data, const PaperChoice& choice, const PaperSizes& sizes,
                      const PgfLegend& legend) {
    const AreaSize area = pgf_area(choice, legend.place);
    std::string out = failures(data, area.height, sizes);
    if (!data.crossovers.empty()) {
        out += "\\addplot[" + crossover_options(sizes) + ",forget plot] coordinates {";
        for (const Crossover& each : data.crossovers) {
            const double at = height_share(data, each.y);
            if (at >= lowest && at <= highest)
                out += " (" + number(each.x) + ',' + number(each.y) + ')';
        }
        out += "};\n";
    }
    FigureRoom room(data, area, x_range(data), y_range(data), 1);
    if (legend.place == LegendPlace::inside) room.reserve(legend.box);
    for (const PlacedSlope& slope : room.slopes({7, 6})) {
        const auto [x0, y0] = room.value(slope.from);
        const auto [x1, y1] = room.value(slope.to);
        out += fmt::format(
            "\\addplot[black!67,line width={:g}pt,mark=none,forget plot] coordinates {{({},{}) "
            "({},{})}} node[pos=1,anchor=west,inner sep=1.5pt,font={}] {{{}}};\n",
            sizes.axis_points, number(x0), number(y0), number(x1), number(y1),
            pgf_font(sizes.tick_points), latex_escape(slope.label, 20));
    }
    return out;
}

std::string pgf_legend(const FigureData& data, const PaperSizes& sizes, std::size_t columns) {
    const std::vector<LegendLine> lines = legend_lines(data, true);
    const std::size_t rows = (lines.size() + columns - 1) / std::max<std::size_t>(1, columns);
    std::string out;
    // pgfplots fills row by row.
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t column = 0; column < columns; ++column) {
            const std::size_t at = column * rows + row;
            if (at < lines.size())
                out += legend_entry(data, lines[at], sizes);
            else if (rows * column < lines.size())
                out += "\\addlegendimage{empty legend}\n\\addlegendentry{}\n";
        }
    return out;
}

}  // namespace slay

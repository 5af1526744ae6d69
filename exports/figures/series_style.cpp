#include "exports/figures/series_style.h"

#include <qcustomplot.h>

namespace slay {
namespace {

QCPScatterStyle::ScatterShape shape_of(const std::string& name) {
    static const std::pair<const char*, QCPScatterStyle::ScatterShape> shapes[]{
        {"disc", QCPScatterStyle::ssDisc},
        {"circle", QCPScatterStyle::ssCircle},
        {"square", QCPScatterStyle::ssSquare},
        {"diamond", QCPScatterStyle::ssDiamond},
        {"triangle", QCPScatterStyle::ssTriangle},
        {"triangle-down", QCPScatterStyle::ssTriangleInverted},
        {"plus", QCPScatterStyle::ssPlus},
        {"cross", QCPScatterStyle::ssCross},
        {"star", QCPScatterStyle::ssStar},
    };
    for (const auto& [known, shape] : shapes)
        if (name == known) return shape;
    return QCPScatterStyle::ssCircle;
}

double width_factor(const Series& series) {
    if (series.kind == SeriesKind::front) return series.variant.empty() ? 3.6 : 0.7;
    return series.kind == SeriesKind::measured ? 1.0 : 0.6;
}

}  // namespace

QColor variant_colour(const VariantStyle& style, bool dark) {
    return QColor::fromRgb(0xFF000000u | (dark ? style.dark_colour : style.colour));
}

QColor series_colour(const Series& series, const FigureTheme& theme, Emphasis emphasis) {
    const bool backdrop = series.kind == SeriesKind::front && series.variant.empty();
    QColor colour = series.kind == SeriesKind::reference ? theme.muted
                    : backdrop                           ? blend(theme.text, theme.ground, 0.72)
                                                         : variant_colour(series.style, theme.dark);
    if (series.join == Join::none) colour = blend(colour, theme.ground, 0.45);
    if (series.kind == SeriesKind::paper || series.kind == SeriesKind::predicted)
        colour = blend(colour, theme.ground, 0.35);
    return emphasis == Emphasis::faint ? blend(colour, theme.ground, 0.75) : colour;
}

QVector<qreal> dash_pattern(const std::string& dash) {
    if (dash == "dash") return {5, 2.5};
    if (dash == "dot") return {1.2, 1.8};
    if (dash == "dash-dot") return {5, 1.8, 1.2, 1.8};
    return {};
}

QPen series_pen(const Series& series, const FigureTheme& theme, Emphasis emphasis) {
    double width = theme.curve_width * width_factor(series);
    if (emphasis == Emphasis::strong) width *= 1.7;
    QPen pen(series_colour(series, theme, emphasis), width);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::RoundJoin);
    QVector<qreal> dashes = dash_pattern(series.style.dash);
    if (series.kind == SeriesKind::predicted) dashes = {1.2, 2.2};
    if (series.kind == SeriesKind::reference && series.style.dash.empty())
        dashes = series.id.find("quadrature") != std::string::npos ? QVector<qreal>{2, 2}
                                                                   : QVector<qreal>{8, 3};
    if (series.kind == SeriesKind::paper) dashes.clear();
    if (!dashes.isEmpty()) pen.setDashPattern(dashes);
    return pen;
}

QPen interval_pen(const Series& series, const FigureTheme& theme, Emphasis emphasis) {
    QPen pen(series_colour(series, theme, emphasis), theme.interval_width);
    pen.setCapStyle(Qt::FlatCap);
    return pen;
}

QCPScatterStyle marker(const VariantStyle& style, const QColor& colour, const QColor& fill,
                       double size, double line_width) {
    const QCPScatterStyle::ScatterShape shape = shape_of(style.marker);
    // Shapes of equal width do not look equally large.
    double factor = 1.0;
    if (shape == QCPScatterStyle::ssDiamond) factor = 1.25;
    if (shape == QCPScatterStyle::ssTriangle || shape == QCPScatterStyle::ssTriangleInverted)
        factor = 1.15;
    if (shape == QCPScatterStyle::ssSquare) factor = 0.9;
    if (shape == QCPScatterStyle::ssStar || shape == QCPScatterStyle::ssPlus) factor = 1.2;
    QPen pen(colour, line_width);
    pen.setJoinStyle(Qt::MiterJoin);
    pen.setCapStyle(Qt::FlatCap);
    return {shape, pen, QBrush(fill), size * factor};
}

QCPScatterStyle series_marker(const Series& series, const FigureTheme& theme, Emphasis emphasis) {
    if (series.kind == SeriesKind::predicted || series.kind == SeriesKind::reference ||
        series.variant.empty())
        return QCPScatterStyle::ssNone;
    const QColor colour = series_colour(series, theme, emphasis);
    const bool paper = series.kind == SeriesKind::paper;
    const double share = paper || series.join == Join::none ? 0.7 : 1.0;
    const double size = theme.marker_size * share * (emphasis == Emphasis::strong ? 1.2 : 1);
    return marker(series.style, colour, theme.ground, size,
                  theme.curve_width * (paper ? 0.5 : 0.75));
}

}  // namespace slay

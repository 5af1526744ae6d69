#include "exports/figures/figure_theme.h"

#include <QFontDatabase>
#include <QPalette>

namespace slay {
namespace {

QFont sized(const QFont& base, double factor) {
    QFont font = base;
    if (base.pointSizeF() > 0) {
        font.setPointSizeF(base.pointSizeF() * factor);
    } else {
        font.setPixelSize(qRound(base.pixelSize() * factor));
    }
    return font;
}

FigureTheme on_screen(const QColor& ground, const QColor& text, const QColor& accent, bool dark,
                      const QFont& base) {
    FigureTheme theme;
    theme.dark = dark;
    theme.ground = ground;
    theme.text = text;
    theme.muted = blend(text, ground, 0.35);
    theme.axis = blend(text, ground, 0.45);
    theme.grid = blend(text, ground, dark ? 0.86 : 0.90);
    theme.accent = accent;
    theme.label_font = base;
    theme.tick_font = theme.legend_font = sized(base, 0.95);
    return theme;
}

QFont paper_font(const QString& family, double points) {
    QFont font(family);
    font.setPixelSize(qRound(points * FigureTheme::paper_units_per_point));
    font.setHintingPreference(QFont::PreferNoHinting);
    font.setStyleStrategy(QFont::PreferOutline);
    return font;
}

}  // namespace

QColor blend(const QColor& a, const QColor& b, double share_of_b) {
    const auto mix = [&](int x, int y) { return qRound(x + (y - x) * share_of_b); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

FigureTheme FigureTheme::light(const QFont& base) {
    return on_screen(QColor(0xFF, 0xFF, 0xFF), QColor(0x1B, 0x1D, 0x21), QColor(0x2F, 0x6F, 0xDE),
                     false, base);
}

FigureTheme FigureTheme::on_dark(const QFont& base) {
    return on_screen(QColor(0x1B, 0x1D, 0x21), QColor(0xE6, 0xE8, 0xEC), QColor(0x6C, 0xA0, 0xFF),
                     true, base);
}

FigureTheme FigureTheme::screen(const QPalette& palette, const QFont& base) {
    const QColor ground = palette.color(QPalette::Base);
    return on_screen(ground, palette.color(QPalette::Text), palette.color(QPalette::Highlight),
                     ground.lightnessF() < 0.5, base);
}

FigureTheme FigureTheme::paper_theme(const PaperFormat& format) {
    const QString family = format.family.isEmpty() ? paper_family() : format.family;
    const double unit = paper_units_per_point;
    FigureTheme theme;
    theme.paper = true;
    theme.unit = unit;
    theme.ground = Qt::white;
    theme.text = Qt::black;
    theme.muted = QColor(0x55, 0x55, 0x55);
    theme.axis = Qt::black;
    theme.grid = QColor(0xE3, 0xE3, 0xE3);
    theme.accent = Qt::black;
    theme.label_font = paper_font(family, format.label_points);
    theme.tick_font = paper_font(family, format.tick_points);
    theme.legend_font = paper_font(family, format.legend_points);
    theme.axis_width = format.axis_points * unit;
    theme.grid_width = format.grid_points * unit;
    theme.curve_width = format.curve_points * unit;
    theme.interval_width = format.interval_points * unit;
    theme.marker_size = format.marker_points * unit;
    theme.legend_columns = format.legend_columns;
    theme.legend = format.legend;
    return theme;
}

QString paper_family() {
    const QString times = installed_family(paper_faces().front());
    return times.isEmpty() ? QFontDatabase::systemFont(QFontDatabase::GeneralFont).family() : times;
}

QString installed_family(const PaperFace& face) {
    const QStringList installed = QFontDatabase::families();
    for (const std::string& family : face.families)
        if (const QString name = QString::fromStdString(family); installed.contains(name))
            return name;
    return {};
}

}  // namespace slay

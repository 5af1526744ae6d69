#include "widgets/look/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QFontMetricsF>
#include <QPalette>
#include <QStyleFactory>
#include <algorithm>
#include <utility>
#include <vector>

namespace slay {
namespace {

Tones light_tones() {
    Tones t;
    t.window = "#f1f1f5";
    t.surface = "#fcfcfe";
    t.raised = "#ffffff";
    t.field = "#ffffff";
    t.stripe = "#f6f6fa";
    t.hover = "#e9e9f0";
    t.handle = "#84848f";
    t.text = "#1b1b22";
    t.muted = "#5c5c68";
    t.faint = "#9c9ca8";
    t.line = "#dedee6";
    t.edge = "#84848f";
    t.accent = "#4b4acb";
    t.accent_strong = "#3b3ab0";
    t.accent_soft = "#e4e4fa";
    t.on_accent = "#ffffff";
    t.good = "#19703f";
    t.warning = "#8a5607";
    t.danger = "#b92b37";
    t.on_danger = "#ffffff";
    t.warning_soft = "#fbf0d9";
    t.danger_soft = "#fbe4e5";
    return t;
}

Tones dark_tones() {
    Tones t;
    t.dark = true;
    t.window = "#141418";
    t.surface = "#1b1b21";
    t.raised = "#25252d";
    t.field = "#222229";
    t.stripe = "#202027";
    t.hover = "#2c2c35";
    t.handle = "#777786";
    t.text = "#ececf1";
    t.muted = "#a6a6b2";
    t.faint = "#6a6a76";
    t.line = "#303039";
    t.edge = "#777786";
    t.accent = "#9897f7";
    t.accent_strong = "#b0afff";
    t.accent_soft = "#32325c";
    t.on_accent = "#111118";
    t.good = "#5cc98a";
    t.warning = "#e3ad4e";
    t.danger = "#f4868e";
    t.on_danger = "#1a0c0d";
    t.warning_soft = "#3d3220";
    t.danger_soft = "#42252a";
    return t;
}

Tones& current() {
    static Tones value = light_tones();
    return value;
}

QPalette palette_of(const Tones& t) {
    QPalette p;
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.surface);
    p.setColor(QPalette::AlternateBase, t.stripe);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::PlaceholderText, t.muted);
    p.setColor(QPalette::Button, t.raised);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::ToolTipBase, t.raised);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::BrightText, t.danger);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.on_accent);
    p.setColor(QPalette::Link, t.accent);
    p.setColor(QPalette::Light, t.raised);
    p.setColor(QPalette::Midlight, t.hover);
    p.setColor(QPalette::Mid, t.line);
    p.setColor(QPalette::Dark, t.edge);
    p.setColor(QPalette::Shadow, t.dark ? QColor("#000000") : t.edge);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, t.faint);
    return p;
}

QString style_sheet(const Tones& t) {
    QFile file(":/slay/style/window.qss");
    if (!file.open(QIODevice::ReadOnly)) return {};
    QString text = QString::fromUtf8(file.readAll());
    const std::vector<std::pair<const char*, QColor>> names = {
        {"window", t.window},
        {"surface", t.surface},
        {"raised", t.raised},
        {"field", t.field},
        {"stripe", t.stripe},
        {"hover", t.hover},
        {"handle", t.handle},
        {"text", t.text},
        {"muted", t.muted},
        {"faint", t.faint},
        {"line", t.line},
        {"edge", t.edge},
        {"accent", t.accent},
        {"accent-strong", t.accent_strong},
        {"accent-soft", t.accent_soft},
        {"on-accent", t.on_accent},
        {"good", t.good},
        {"warning", t.warning},
        {"danger", t.danger},
        {"on-danger", t.on_danger},
        {"warning-soft", t.warning_soft},
        {"danger-soft", t.danger_soft},
    };
    for (const auto& [name, colour] : names) text.replace('@' + QString(name) + '@', colour.name());
    for (const char* drawing : {"chevron-up", "chevron", "close"})
        text.replace('@' + QString(drawing) + '@',
                     QString(":/slay/style/%1-%2.svg").arg(drawing, t.dark ? "dark" : "light"));
    return text;
}

bool has_tabular_digits(const QFont& font) {
    const QFontMetricsF metrics(font);
    for (char digit = '1'; digit <= '9'; ++digit)
        if (qAbs(metrics.horizontalAdvance(QChar(digit)) - metrics.horizontalAdvance('0')) > 0.01)
            return false;
    return true;
}

}  // namespace

QString to_text(ThemeChoice choice) {
    switch (choice) {
        case ThemeChoice::light:
            return "light";
        case ThemeChoice::dark:
            return "dark";
        case ThemeChoice::system:
            break;
    }
    return "system";
}

ThemeChoice theme_from_text(const QString& text) {
    if (text == "light") return ThemeChoice::light;
    if (text == "dark") return ThemeChoice::dark;
    return ThemeChoice::system;
}

const Tones& tones() {
    return current();
}

void apply_theme(ThemeChoice choice) {
    static const bool system_is_dark =
        QApplication::palette().color(QPalette::Window).lightness() <
        QApplication::palette().color(QPalette::WindowText).lightness();
    static const QFont system_font = QApplication::font();
    const bool dark =
        choice == ThemeChoice::dark || (choice == ThemeChoice::system && system_is_dark);
    current() = dark ? dark_tones() : light_tones();

    QApplication::setStyle(QStyleFactory::create("Fusion"));
    QFont font = system_font;
    if (QFontDatabase::hasFamily("Inter")) font.setFamily("Inter");
    if (font.pointSizeF() > 0 && font.pointSizeF() < 9.5) font.setPointSizeF(9.5);
    QApplication::setFont(font);
    QApplication::setPalette(palette_of(current()));
    qApp->setStyleSheet(style_sheet(current()));
}

QColor variant_colour(const VariantStyle& style) {
    return QColor::fromRgb(tones().dark ? style.dark_colour : style.colour);
}

int with_font(int pixels) {
    constexpr double usual_height = 16;  // of a line, in pixels
    const double height = QFontMetricsF(QApplication::font()).height();
    return qRound(pixels * std::max(1.0, height / usual_height));
}

QFont tabular_font(const QFont& base) {
    if (has_tabular_digits(base)) return base;
    QFont font = base;
    for (const char* family : {"Noto Sans", "Liberation Sans", "DejaVu Sans"}) {
        if (!QFontDatabase::hasFamily(family)) continue;
        font.setFamily(family);
        if (has_tabular_digits(font)) return font;
    }
    font.setFamily(QFontDatabase::systemFont(QFontDatabase::FixedFont).family());
    return font;
}

}  // namespace slay

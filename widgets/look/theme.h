// The window's own look, light and dark: one accent colour for what can be acted on, neutral tones
// for the rest.
#pragma once

#include <QColor>
#include <QFont>
#include <QString>

#include "engine/core/variant_info.h"

namespace slay {

enum class ThemeChoice { system, light, dark };
QString to_text(ThemeChoice choice);  // "system", "light", "dark"
ThemeChoice theme_from_text(const QString& text);

// Every colour of the window. Text on its ground keeps WCAG's AA contrast.
struct Tones {
    bool dark = false;
    QColor window, surface, raised, field, stripe, hover, handle;  // grounds
    QColor text, muted, faint;                                     // faint: disabled
    QColor line, edge;                                             // rules; borders of fields
    QColor accent, accent_strong, accent_soft, on_accent;
    QColor good, warning, danger, on_danger, warning_soft, danger_soft;
};

// The tones in force.
const Tones& tones();

// Sets style, palette, fonts and style sheet of the application. `system` judges by the lightness
// of the palette that the desktop gave at the start.
void apply_theme(ThemeChoice choice);

// The colour of a variant on the ground in force.
QColor variant_colour(const VariantStyle& style);

// A face like `base` whose digits are all equally wide, so that numbers align in columns.
QFont tabular_font(const QFont& base);

// A width that holds words: `pixels` with the usual font, more with a larger one.
int with_font(int pixels);

// Grid of the layout, in pixels.
inline constexpr int unit = 4;

}  // namespace slay

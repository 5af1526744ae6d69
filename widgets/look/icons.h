// The program's icons: one family of SVG line drawings, coloured by the theme when they are drawn.
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

#include "engine/core/event.h"
#include "engine/core/point.h"

namespace slay {

// The icon of resources/icons/NAME.svg in the text colour of the palette in force (fainter where
// it is disabled), or in `colour` where that is valid.
QIcon themed_icon(const QString& name, const QColor& colour = {});
// White or black on a button that is filled with the accent.
QIcon accent_button_icon(const QString& name);

// How a point's state is shown: never by colour alone.
struct StateLook {
    QString icon, word;
    QColor colour;
};
StateLook look_of(PointState state);
QString severity_icon(Severity severity);
QColor severity_colour(Severity severity);

}  // namespace slay

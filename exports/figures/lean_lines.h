// What of a curve can be seen, and with how few points: lines far outside of a plot, and points
// on a straight line, cost a raster as much as those that show.
#pragma once

#include <QPolygonF>
#include <QRectF>
#include <QVector>

namespace slay {

// The pieces of a line inside of the rectangle, cut where it leaves. One point alone is no piece;
// a point that is no number ends a piece.
QVector<QPolygonF> pieces_within(const QVector<QPointF>& line, const QRectF& bounds);

// The part of a closed polygon inside of the rectangle; empty where there is none.
QPolygonF polygon_within(const QPolygonF& polygon, const QRectF& bounds);

// Without the points that lie within `tolerance` pixels of the line between those that stay. The
// first and the last stay.
QPolygonF without_straight_points(const QPolygonF& line, double tolerance);

}  // namespace slay

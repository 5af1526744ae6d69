#include "exports/figures/lean_lines.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace slay {
namespace {

bool is_point(QPointF p) {
    return std::isfinite(p.x()) && std::isfinite(p.y());
}

// The part of a - b inside (Liang and Barsky): from and to in parts of it.
std::optional<std::pair<double, double>> part_within(QPointF a, QPointF b, const QRectF& bounds) {
    double from = 0, to = 1;
    const QPointF d = b - a;
    const auto cut = [&](double step, double room) {  // step * t <= room
        if (step == 0) return room >= 0;
        const double t = room / step;
        step < 0 ? from = std::max(from, t) : to = std::min(to, t);
        return from <= to;
    };
    if (!cut(-d.x(), a.x() - bounds.left()) || !cut(d.x(), bounds.right() - a.x()) ||
        !cut(-d.y(), a.y() - bounds.top()) || !cut(d.y(), bounds.bottom() - a.y()))
        return std::nullopt;
    return std::pair(from, to);
}

// Whether p lies within a distance of the line a - b, given as its square; a turn back does not.
bool near_line(QPointF p, QPointF a, QPointF b, double square) {
    const QPointF d = b - a, e = p - a;
    const double length = d.x() * d.x() + d.y() * d.y(), along = d.x() * e.x() + d.y() * e.y();
    const double across = d.x() * e.y() - d.y() * e.x();
    if (length == 0) return e.x() * e.x() + e.y() * e.y() <= square;
    return along >= 0 && along <= length && across * across <= square * length;
}

// Keeps what is on the inner side of one edge of the rectangle (Sutherland and Hodgman):
// `depth` is how far inside a point is.
template <typename Depth>
QPolygonF half(const QPolygonF& polygon, Depth depth) {
    QPolygonF out;
    for (qsizetype i = 0; i < polygon.size(); ++i) {
        const QPointF a = polygon[i], b = polygon[(i + 1) % polygon.size()];
        const double of_a = depth(a), of_b = depth(b);
        if (of_a >= 0) out << a;
        if ((of_a >= 0) != (of_b >= 0)) out << a + (b - a) * (of_a / (of_a - of_b));
    }
    return out;
}

}  // namespace

QVector<QPolygonF> pieces_within(const QVector<QPointF>& line, const QRectF& bounds) {
    QVector<QPolygonF> pieces;
    QPolygonF piece;
    const auto end_piece = [&] {
        if (piece.size() > 1) pieces << piece;
        piece.clear();
    };
    for (qsizetype i = 0; i + 1 < line.size(); ++i) {
        const QPointF a = line[i], b = line[i + 1];
        const auto part = is_point(a) && is_point(b) ? part_within(a, b, bounds) : std::nullopt;
        if (!part) {
            end_piece();
            continue;
        }
        const auto [from, to] = *part;
        if (piece.isEmpty()) piece << (from > 0 ? a + (b - a) * from : a);
        piece << (to < 1 ? a + (b - a) * to : b);
        if (to < 1) end_piece();
    }
    end_piece();
    return pieces;
}

QPolygonF polygon_within(const QPolygonF& polygon, const QRectF& bounds) {
    QPolygonF out;
    for (const QPointF p : polygon)
        if (is_point(p)) out << p;
    out = half(out, [&](QPointF p) { return p.x() - bounds.left(); });
    out = half(out, [&](QPointF p) { return bounds.right() - p.x(); });
    out = half(out, [&](QPointF p) { return p.y() - bounds.top(); });
    return half(out, [&](QPointF p) { return bounds.bottom() - p.y(); });
}

QPolygonF without_straight_points(const QPolygonF& line, double tolerance) {
    constexpr qsizetype most_between = 12;  // looked at again with each point that follows
    if (line.size() < 3) return line;
    QPolygonF out{line.front()};
    qsizetype last = 0;
    for (qsizetype i = 2; i < line.size(); ++i) {
        bool straight = i - last <= most_between;
        for (qsizetype j = last + 1; straight && j < i; ++j)
            straight = near_line(line[j], line[last], line[i], tolerance * tolerance);
        if (straight) continue;
        last = i - 1;
        out << line[last];
    }
    out << line.back();
    return out;
}

}  // namespace slay

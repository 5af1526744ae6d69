#include "exports/figures/lean_graph.h"

#include <algorithm>

#include "exports/figures/lean_lines.h"

namespace slay {
namespace {

constexpr double tolerance = 0.08;  // of a pixel

bool in_a_file(const QCPPainter& painter) {
    return painter.modes().testFlag(QCPPainter::pmVectorized);
}

}  // namespace

QRectF LeanGraph::seen() const {
    const double margin = 4 + 4 * pen().widthF();
    return QRectF(clipRect()).adjusted(-margin, -margin, margin, margin);
}

void LeanGraph::drawLinePlot(QCPPainter* painter, const QVector<QPointF>& lines) const {
    if (in_a_file(*painter)) return QCPGraph::drawLinePlot(painter, lines);
    for (const QPolygonF& piece : pieces_within(lines, seen()))
        QCPGraph::drawLinePlot(painter, without_straight_points(piece, tolerance));
}

void LeanGraph::drawFill(QCPPainter* painter, QVector<QPointF>* lines) const {
    const auto* other = dynamic_cast<const LeanGraph*>(channelFillGraph());
    if (in_a_file(*painter) || !other || lines->isEmpty())
        return QCPGraph::drawFill(painter, lines);
    QVector<QPointF> across;
    other->getLines(&across, QCPDataRange(0, other->dataCount()));
    QPolygonF band(*lines);
    std::reverse(across.begin(), across.end());
    band += across;
    applyFillAntialiasingHint(painter);
    painter->drawPolygon(without_straight_points(polygon_within(band, seen()), tolerance));
}

}  // namespace slay

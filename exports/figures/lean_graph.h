// A graph that draws on a screen only what can be seen of it, with as few points as show the same;
// in files it is QCustomPlot's own.
#pragma once

#include <qcustomplot.h>

namespace slay {

class LeanGraph : public QCPGraph {
  public:
    using QCPGraph::QCPGraph;

  protected:
    void drawFill(QCPPainter* painter, QVector<QPointF>* lines) const override;
    void drawLinePlot(QCPPainter* painter, const QVector<QPointF>& lines) const override;

  private:
    QRectF seen() const;  // the axes' rectangle, and as much around it as a pen is wide
};

}  // namespace slay

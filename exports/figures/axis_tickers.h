// Ticks that people read: powers of two for lengths, decades or 1-2-5 on logarithmic axes.
#pragma once

#include <qcustomplot.h>

#include "exports/axis_scale.h"

namespace slay {

// A logarithmic axis of sizes that double: 256, 512, 1K, ..., 128K, 1M (K = 1024). Every tick is
// drawn, and as many are labelled as fit.
class DoublingTicker : public QCPAxisTicker {
  public:
    // How many labels fit on the axis; the renderer knows its length and font.
    void set_label_room(int labels) { label_room_ = labels; }

  protected:
    QVector<double> createTickVector(double step, const QCPRange& range) override;
    QVector<double> createSubTickVector(int count, const QVector<double>& ticks) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
    double getTickStep(const QCPRange& range) override;

  private:
    int label_room_ = 8;
    int every_ = 1;  // one tick in so many has a label
};

// A logarithmic axis of other numbers.
class DecadeTicker : public QCPAxisTicker {
  protected:
    QVector<double> createTickVector(double step, const QCPRange& range) override;
    QVector<double> createSubTickVector(int count, const QVector<double>& ticks) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
    double getTickStep(const QCPRange& range) override;

  private:
    bool powers_ = false;  // of ten: how every tick is written
    bool whole_decades_ = true;
};

}  // namespace slay

// What is behind one number: its samples in the order taken and by size, its configuration, and
// where it was measured.
#pragma once

#include <QWidget>

#include "exports/compare/run_comparison.h"

class QCPBars;
class QCustomPlot;
class QLabel;

namespace slay {

class SampleView : public QWidget {
    Q_OBJECT

  public:
    explicit SampleView(QWidget* parent = nullptr);

    void show_row(const RunComparison& runs, const RunComparison::Row& row);
    void clear();
    QString text() const;
    void retheme();

  private:
    void draw(const std::vector<double>& values);

    QLabel* text_;
    QCustomPlot *order_, *histogram_;
    QCPBars* bars_;
};

}  // namespace slay

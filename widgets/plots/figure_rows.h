// A figure as rows of numbers: what its curves show, for those who cannot see them, or want them.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "exports/figure_data.h"

namespace slay {

// One row a point, curve by curve in the legend's order; points without a value follow with their
// state and reason. Hidden curves are left out, as in the plot.
class FigureRows : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { curve, x, y, low, high, samples, state, columns };

    using QAbstractTableModel::QAbstractTableModel;

    void show(const FigureData& data);
    // Tab-separated, with heads, as they stand.
    QString as_text() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

  private:
    struct Row {
        const Series* series;
        const FigurePoint* point;     // either this
        const UndrawnPoint* undrawn;  // or that
    };
    QString text(const Row& row, int column) const;
    QString number(double value) const;

    FigureData data_;
    std::vector<Row> rows_;
    int digits_ = 3;
};

}  // namespace slay

#include "widgets/plots/figure_rows.h"

#include <algorithm>

#include "engine/core/metric.h"
#include "engine/core/units.h"
#include "widgets/look/icons.h"
#include "widgets/look/theme.h"
#include "widgets/look/variant_swatch.h"

namespace slay {

void FigureRows::show(const FigureData& data) {
    beginResetModel();
    data_ = data;
    rows_.clear();
    const MetricInfo* metric = find_metric(data_.metric);
    // A digit more than in the plots: nobody reads it off an axis here.
    digits_ = !metric ? 4 : metric->digits == 0 ? 0 : metric->digits + 1;
    for (const Series& series : data_.series) {
        if (series.hidden) continue;
        for (const FigurePoint& point : series.points) rows_.push_back({&series, &point, nullptr});
        for (const UndrawnPoint& point : series.undrawn)
            rows_.push_back({&series, nullptr, &point});
    }
    endResetModel();
}

QString FigureRows::as_text() const {
    QStringList lines;
    QStringList cells;
    for (int column = 0; column < columns; ++column)
        cells << headerData(column, Qt::Horizontal).toString();
    lines << cells.join('\t');
    for (const Row& row : rows_) {
        cells.clear();
        for (int column = 0; column < columns; ++column) cells << text(row, column);
        lines << cells.join('\t');
    }
    return lines.join('\n') + '\n';
}

int FigureRows::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int FigureRows::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QString FigureRows::number(double value) const {
    return QString::fromStdString(format_number(value, digits_));
}

QString FigureRows::text(const Row& row, int column) const {
    const FigurePoint* point = row.point;
    switch (column) {
        case curve:
            return QString::fromStdString(clean_text(row.series->label, 200));
        case x:
            return QString::fromStdString(
                clean_text(data_.x.place(point ? point->x : row.undrawn->x), 200));
        case y:
            return point ? number(point->y) : QString();
        case low:
            return point && point->low ? number(*point->low) : QString();
        case high:
            return point && point->high ? number(*point->high) : QString();
        case samples:
            return point ? QString::fromStdString(format_count(static_cast<double>(point->count)))
                         : QString();
        case state: {
            const std::string& reason = point ? point->reason : row.undrawn->reason;
            const QString word = look_of(point ? point->state : row.undrawn->state).word;
            return reason.empty()
                       ? word
                       : word + ": " +
                             QString::fromStdString(clean_text(reason, 400)).replace('\n', ' ');
        }
        default:
            return {};
    }
}

QVariant FigureRows::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return text(row, index.column());
        case Qt::AccessibleTextRole:  // "Latency (ms): 3.41"
            return headerData(index.column(), Qt::Horizontal).toString() + ": " +
                   text(row, index.column());
        case Qt::TextAlignmentRole:
            return index.column() == curve || index.column() == state
                       ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                       : QVariant(Qt::AlignRight | Qt::AlignVCenter);
        case Qt::DecorationRole:
            if (index.column() == curve && !row.series->variant.empty())
                return swatch_icon(row.series->style, variant_colour(row.series->style));
            return {};
        default:
            return {};
    }
}

QVariant FigureRows::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return section == curve || section == state ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                                    : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    const MetricInfo* metric = find_metric(data_.metric);
    const QString of = metric && !metric->unit.empty()
                           ? " (" + QString::fromStdString(metric->unit) + ')'
                           : QString();
    switch (section) {
        case curve:
            return tr("Curve");
        case x:
            return QString::fromStdString(data_.x.label);
        case y:
            return QString::fromStdString(data_.y.label);
        case low:
            return tr("95 % low") + of;
        case high:
            return tr("95 % high") + of;
        case samples:
            return tr("Samples");
        case state:
            return tr("State");
        default:
            return {};
    }
}

}  // namespace slay

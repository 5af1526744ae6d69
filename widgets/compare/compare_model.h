// The rows of a RunComparison as a table: the parameters that differ, the value, its ratio to the
// baseline and the verdict.
#pragma once

#include <QAbstractTableModel>
#include <string>
#include <vector>

#include "exports/compare/run_comparison.h"

namespace slay {

class CompareModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    static constexpr int sort_role = Qt::UserRole;  // a number, or a text in lower case

    explicit CompareModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    RunComparison& runs() { return runs_; }
    const RunComparison& runs() const { return runs_; }

    // Works the shown rows and columns out anew; after any change of runs(), filter or group.
    void refresh(const QString& filter, const QString& group);

    const RunComparison::Row* row_at(int row) const;                 // null outside the table
    const std::vector<std::size_t>& shown() const { return rows_; }  // into runs().rows()
    QString column_id(int column) const;                             // "variant", "length", "ratio"

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    enum class Kind { run, variant, parameter, value, ratio, interval, verdict };
    struct Column {
        Kind kind;
        std::string id;  // of the parameter
        QString heading;
    };
    // The ratio of a row, worked out when it is first seen.
    const Compared& compared(int row) const;
    QString text_of(int row, const Column& column) const;
    QVariant sort_of(int row, const Column& column) const;

    RunComparison runs_;
    std::vector<std::size_t> rows_;  // into runs_.rows()
    std::string group_;
    std::vector<Column> columns_;
    MetricInfo metric_;
    mutable std::vector<std::optional<Compared>> compared_;
};

}  // namespace slay

// The points of a run as a table: one row a point, numbers as numbers (for sorting), units in the
// heads, every state by icon and word.
#pragma once

#include <QAbstractTableModel>
#include <optional>
#include <string>
#include <vector>

#include "widgets/document/run_document.h"

namespace slay {

class PinnedBaseline;

class ResultsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    static constexpr int sort_role = Qt::UserRole;  // a number, or a text in lower case

    explicit ResultsModel(RunDocument& run, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    bool leading(int column) const;  // shown unless the user wants more
    QString column_id(int column) const;
    int row_in_flight() const;  // -1: none

    // A column with each figure over that of a pinned curve, while one is pinned.
    void set_pinned(const PinnedBaseline& pinned);
    const RecordedPoint& point(int row) const;

    // Columns for the points of one experiment; empty: for all of them.
    void set_experiment(const std::string& experiment);
    const std::string& experiment() const { return experiment_; }
    bool shows(int row) const;  // whether the row belongs to that experiment

  signals:
    void leading_changed();

  private:
    enum class Kind {
        state,
        experiment,
        variant,
        parameter,
        value,
        interval,
        count,
        ratio,
        attempts,
        reason
    };
    struct Column {
        Kind kind;
        std::string id;  // of the parameter or metric
        QString heading;
        QString help;
        bool leading = true;
        int digits = 3;
    };
    void rebuild();
    bool shows(const RecordedPoint& point) const {
        return experiment_.empty() || point.point.experiment == experiment_;
    }
    void build_columns();
    void add_parameter_columns(bool length);
    void show_intervals(const std::vector<int>& rows);
    void show_attempts(const std::vector<int>& rows);
    std::vector<int> every_row() const;
    void add_metric_columns();
    void refresh_all();
    void refresh_rows(const std::vector<int>& rows);
    const Metrics& metrics(int row) const;
    const MetricValue* metric(int row, const std::string& id) const;
    const std::string& leading_metric(int row) const;
    QVariant text_of(int row, const Column& column) const;
    QVariant sort_of(int row, const Column& column) const;
    QVariant tip_of(int row, const Column& column) const;
    QVariant icon_of(int row, const Column& column) const;
    const VariantInfo* variant_of(int row) const;

    QString attempts_tip(const RecordedPoint& at) const;

    RunDocument& run_;
    const PinnedBaseline* pinned_ = nullptr;
    std::string experiment_;
    std::vector<Column> columns_;
    // Of each row, derived ones included; formed when they are asked for, and again when what they
    // follow from has changed.
    mutable std::vector<std::optional<Metrics>> metrics_;
};

}  // namespace slay

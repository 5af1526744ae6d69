// The log: one line an event, with a filter.
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <QWidget>
#include <deque>

#include "widgets/document/run_document.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace slay {

class LogModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    static constexpr int severity_role = Qt::UserRole;
    static constexpr std::size_t most_lines = 20000;

    using QAbstractTableModel::QAbstractTableModel;

    struct Line {
        QString time;
        Severity severity = Severity::info;
        QString text;
    };
    void append(const std::vector<Line>& lines);
    void clear();
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

  private:
    std::deque<Line> lines_;  // the oldest go where there are too many
};

class LogPanel : public QWidget {
    Q_OBJECT

  public:
    explicit LogPanel(RunDocument& run, QWidget* parent = nullptr);

    void add(Severity severity, const QString& text);  // of the program, now
    LogModel& model() const { return *model_; }
    QLineEdit& filter() const { return *filter_; }
    void retheme();

  private:
    void take(const std::vector<Event>& events);
    void show_record();
    void append(const std::vector<LogModel::Line>& lines);

    RunDocument& run_;
    LogModel* model_;
    QSortFilterProxyModel* shown_;
    QTableView* view_;
    QLineEdit* filter_;
    QComboBox* least_;
    QLabel* empty_;
};

}  // namespace slay

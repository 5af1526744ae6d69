// The table of points: sorting, choice of columns, copying as TSV; follows the point in flight.
#pragma once

#include <QHash>
#include <QJsonObject>
#include <QWidget>

#include "widgets/results/results_model.h"

class QAction;
class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTableView;

namespace slay {

class ResultsPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ResultsPanel(RunDocument& run, QWidget* parent = nullptr);

    QTableView& table() const { return *table_; }
    ResultsModel& model() const { return *model_; }
    QAction* copy_action() const { return copy_; }

    // The selected cells, else the whole table as it is sorted, with heads; tabs between cells.
    QString tsv() const;

    // Selects these points' rows and scrolls to the first.
    void select_points(const QStringList& ids);

    void retheme();
    QJsonObject state() const;  // the columns that were shown or hidden by hand
    void restore(const QJsonObject& state);

  private:
    void show_columns();
    void column_menu(const QPoint& at);
    void follow();

    RunDocument& run_;
    ResultsModel* model_;
    QSortFilterProxyModel* sorted_;
    QTableView* table_;
    QLabel* empty_;
    QAction* copy_;
    QHash<QString, bool> chosen_;  // by hand: column id -> shown
};

}  // namespace slay

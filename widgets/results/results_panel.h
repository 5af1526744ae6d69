// The table of points: sorting, choice of columns, copying as TSV; follows the point in flight.
#pragma once

#include <QHash>
#include <QJsonObject>
#include <QWidget>

#include "widgets/results/results_model.h"

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace slay {

class PointOrder;

class ResultsPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ResultsPanel(RunDocument& run, QWidget* parent = nullptr);

    QTableView& table() const { return *table_; }
    ResultsModel& model() const { return *model_; }
    QComboBox& scope() const { return *scope_; }
    int shown_rows() const;
    QAction* copy_action() const { return copy_; }

    // The selected cells, else the whole table as it is sorted, with heads; tabs between cells.
    QString tsv() const;

    // Selects these points' rows and scrolls to the first; shows all points where it has to.
    void select_points(const QStringList& ids);

    // The experiment of the figure in front, whose points are shown unless all are wanted.
    void show_experiment(const QString& experiment);

    void retheme();
    QJsonObject state() const;  // the scope, and the columns that were shown or hidden by hand
    void restore(const QJsonObject& state);

  signals:
    // Selected points are to be measured again, alone or with those beside them.
    void rerun_asked(const QStringList& points, bool with_group);
    void command_asked(const QStringList& points, bool with_group);  // as a command line

  private:
    void add_rerun_actions();
    QStringList selected_points() const;
    void apply_scope();
    void show_columns();
    void column_menu(const QPoint& at);
    void follow();

    RunDocument& run_;
    ResultsModel* model_;
    PointOrder* sorted_;
    QWidget* bar_;
    QComboBox* scope_;
    QLabel* count_;
    QTableView* table_;
    QLabel* empty_;
    QString experiment_;
    QAction* copy_;
    QHash<QString, bool> chosen_;  // by hand: column id -> shown
};

}  // namespace slay

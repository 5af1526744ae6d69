// Any number of runs in one table and one plot: ratios to a baseline, a filter, what is behind a
// number.
#pragma once

#include <QJsonObject>
#include <QSet>
#include <QStringList>
#include <QWidget>

#include "engine/core/event.h"
#include "widgets/compare/compare_model.h"
#include "widgets/document/run_document.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QSortFilterProxyModel;
class QTableView;
class QToolButton;

namespace slay {

class SampleView;
class OverlayView;

class ComparePanel : public QWidget {
    Q_OBJECT

  public:
    explicit ComparePanel(RunDocument& shown, QWidget* parent = nullptr);

    // A run's folder or journal, read in the background.
    void add_run(const QString& path) { add_runs({path}); }
    // All of them; what cannot be read is said, and the others are shown once they are all there.
    void add_runs(const QStringList& paths);
    void add_record(const QString& label, std::shared_ptr<const RunRecord> record,
                    const QString& path = {});

    // Runs that can be added by a click: the user's own, then those that came with the program.
    void set_known_runs(const QList<std::pair<QString, QString>>& name_and_folder);

    CompareModel& model() const { return *model_; }
    QTableView& table() const { return *table_; }
    QLineEdit& filter() const { return *filter_; }
    QComboBox& baseline() const { return *baseline_; }
    QComboBox& metric() const { return *metric_; }
    QComboBox& group() const { return *group_; }
    QString details() const;  // the text about the number that was clicked
    void retheme();
    QStringList command() const;  // the same on a command line
    bool write_csv(const QString& path);
    QJsonObject state() const;  // columns by hand: order, which are hidden
    void restore(const QJsonObject& state);

  signals:
    void said(slay::Severity severity, const QString& text);
    void command_asked(const QStringList& words);

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    QWidget* new_bar();
    void ask_for_runs();
    void add_shown();
    void fill_add_menu();
    void runs_changed();  // fills what can be chosen
    void choose_metric();
    void choose_baseline();
    void refresh();
    void ask_for_csv();
    void column_menu(const QPoint& at);
    void place_columns();
    void take_column_order();
    void show_details(const QModelIndex& index);

    RunDocument& shown_;
    QStringList order_;     // of columns, by hand
    QSet<QString> hidden_;  // by hand
    bool placing_ = false;
    std::vector<QString> paths_;  // of runs(), where they are known
    CompareModel* model_;
    QSortFilterProxyModel* sorted_;
    QTableView* table_;
    QLineEdit* filter_;
    QComboBox *experiment_, *metric_, *baseline_, *group_;
    QToolButton *remove_, *ratio_;
    QMenu *runs_menu_, *add_menu_;
    QList<std::pair<QString, QString>> known_;
    std::vector<QWidget*> with_runs_;  // of use only where there are runs
    QLabel* empty_;
    OverlayView* overlay_;
    SampleView* samples_;
};

}  // namespace slay

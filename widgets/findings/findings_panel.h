// What the run shown says of the expected findings: a row for each with its answer, its checks
// below. Follows a run while points arrive; a click leads to the rows behind an answer.
#pragma once

#include <QElapsedTimer>
#include <QStringList>
#include <QTimer>
#include <QWidget>
#include <vector>

#include "exports/findings/report.h"
#include "widgets/document/run_document.h"

class QLabel;
class QSplitter;
class QTreeWidget;
class QTreeWidgetItem;

namespace slay {

// How an answer is shown: never by colour alone.
struct VerdictLook {
    QString icon, word;
    QColor colour;
};
VerdictLook look_of(Judgement verdict);

class FindingsPanel : public QWidget {
    Q_OBJECT

  public:
    explicit FindingsPanel(RunDocument& run, QWidget* parent = nullptr);

    QTreeWidget& tree() const { return *tree_; }
    const std::vector<JudgedSet>& judged() const { return judged_; }
    QString explanation() const;  // of the row in front
    void retheme();

  signals:
    void points_chosen(const QStringList& ids);  // of the points that the clicked row rests on

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void refresh();       // soon, at most twice a second while a run goes on
    void show_answers();  // now
    void fill(QTreeWidgetItem& item, Judgement verdict, const QString& what,
              const QString& measured, const QString& expected);
    void explain(QTreeWidgetItem* item);
    void choose(QTreeWidgetItem* item);

    RunDocument& run_;
    QTreeWidget* tree_;
    QLabel* explanation_;
    QLabel* empty_;
    QSplitter* split_;
    QTimer later_;
    std::vector<JudgedSet> judged_;
    bool stale_ = false;  // a run went on while the panel was out of sight
};

}  // namespace slay

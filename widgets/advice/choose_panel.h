// The Choose tab: which variant, which budget, at what length, for a case that is set here, from
// the run shown.
#pragma once

#include <QTimer>
#include <QWidget>

#include "exports/advice/case_answer.h"
#include "widgets/document/run_document.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QStackedLayout;
class QTreeWidget;
class QTreeWidgetItem;

namespace slay {

class ChoosePanel : public QWidget {
    Q_OBJECT

  public:
    explicit ChoosePanel(RunDocument& run, QWidget* parent = nullptr);

    const CaseAnswer& answer() const { return answer_; }
    QComboBox& length() const { return *length_; }
    QComboBox& conditions() const { return *case_; }
    QDoubleSpinBox& most_error() const { return *error_; }
    QDoubleSpinBox& most_memory() const { return *memory_; }
    QTreeWidget& variants() const { return *variants_; }
    QTreeWidget& budgets() const { return *budgets_; }
    QString words() const;  // the answer as it is shown
    QStringList command() const;
    void retheme();

  signals:
    void reference_wanted();                   // there is no run that could answer
    void budget_chosen(const QString& point);  // a budget was double-clicked: its point's id
    void command_asked(const QStringList& words);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* new_bar();
    QWidget* new_empty_page();
    void refresh();  // soon, at most twice a second while a run goes on
    void show_answer();
    void fill_choices();
    void fill_variants();
    void fill_budgets();
    CaseQuestion question() const;

    RunDocument& run_;
    QStackedLayout* pages_;
    QComboBox *case_, *length_;
    QDoubleSpinBox *error_, *memory_;
    QLabel *first_, *rest_, *notes_, *device_, *budget_head_, *empty_;
    QTreeWidget *variants_, *budgets_;
    QTimer later_;
    CaseAnswer answer_;
    bool stale_ = true, other_run_ = true;
};

}  // namespace slay

// The centre: the start page, or one tab a figure.
#pragma once

#include <QJsonObject>
#include <QStackedWidget>
#include <vector>

#include "widgets/document/run_document.h"
#include "widgets/document/spec_document.h"

class QTabWidget;

namespace slay {

class ChoosePanel;
class ComparePanel;
class ExplorerPanel;
class PlotView;
class StartPage;

class PlotTabs : public QStackedWidget {
    Q_OBJECT

  public:
    PlotTabs(SpecDocument& spec, RunDocument& run, QWidget* parent = nullptr);

    StartPage& start_page() const { return *start_; }
    const std::vector<PlotView*>& views() const { return views_; }
    ComparePanel& compare() const { return *compare_; }
    void show_compare();
    ChoosePanel& choose() const { return *choose_; }
    void show_choose();
    ExplorerPanel& explorer() const { return *explorer_; }
    void show_explorer();
    PlotView* current_view() const;  // null on the start page
    PlotView* view_of(const QString& figure) const;
    void show_plots();
    void show_figure(const QString& figure);
    void step_tab(int by);  // to the next (1) or previous (-1) figure
    void retheme();

    QJsonObject state() const;  // the tab and the curves toggled off
    void restore(const QJsonObject& state);
    QString experiment() const;  // of the figure in front; empty on the start page
    bool needs_height() const;   // what is in front has no use for the results below it

  signals:
    void experiment_shown(const QString& experiment);

  signals:
    void budget_chosen(const QString& point);  // a point of a trade-off was clicked: its id

  private:
    void refresh_empty_texts();
    void show_tab_with_data();
    void follow_run();
    bool measured_by(const PlotView& view, const RunRecord& record) const;

    SpecDocument& spec_;
    RunDocument& run_;
    StartPage* start_;
    QTabWidget* tabs_;
    std::vector<PlotView*> views_;
    ChoosePanel* choose_;
    ComparePanel* compare_;
    ExplorerPanel* explorer_;
    bool chosen_ = false;  // the user took a tab in this run: it stays
};

}  // namespace slay

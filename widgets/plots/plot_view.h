// One live figure: the shared renderer on a QCustomPlot, with zoom, pan, a legend that toggles
// curves, the value under the cursor, and the choice of panel and metric where there are several.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>
#include <memory>

#include "exports/figure_data.h"
#include "exports/figures/figure_renderer.h"
#include "widgets/document/run_document.h"

class QComboBox;
class QCPItemStraightLine;
class QCustomPlot;
class QLabel;
class QMenu;
class QTableView;
class QToolButton;

namespace slay {

class ElidedLabel;
class FigureRows;
class PinnedBaseline;

class PlotView : public QWidget {
    Q_OBJECT

  public:
    PlotView(const FigureSpec& figure, RunDocument& run, QWidget* parent = nullptr);
    ~PlotView() override;

    const FigureSpec& figure() const { return figure_; }
    const FigureData& data() const;
    QCustomPlot& plot() const { return *plot_; }

    void set_empty_text(const QString& text);  // shown while there is nothing to draw
    void set_hidden_curves(const QStringList& ids);
    QStringList hidden_curves() const;
    void toggle_curve(const QString& series);
    void set_pinned(const PinnedBaseline& pinned);  // drawn, or what everything is a multiple of
    QToolButton& ratio_switch() const { return *ratio_; }
    void set_overlay(bool on);          // the paper's published curves
    void zoom(double factor);           // below 1: closer
    void pan(double right, double up);  // in parts of the visible range
    void reset_view();

    // Soon where it can be seen, else when it is next shown: at most a fifth of the window's time
    // goes into drawing.
    void refresh();
    void retheme();  // after a change of theme

    void show_table(bool on);  // the figure's values as rows, in place of the plot
    bool table_shown() const;

  signals:
    void menu_asked(QPointF position, QPoint on_screen);  // a right click, or the menu key
    void point_clicked(const QString& point);  // id of the recorded point that was clicked

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* new_bar();
    void add_metric(const std::string& id);
    void connect_plot();
    void show_now();
    void fill_panels();
    void point_at(QPointF position);
    void click_at(QPointF position);
    bool key_pressed(int key);
    void mark_in_flight();
    void build_overlay_menu();
    std::vector<std::string> overlays() const;  // what can be laid over this figure

    const FigureSpec& figure_;
    RunDocument& run_;
    QCustomPlot* plot_;
    std::unique_ptr<FigureRenderer> renderer_;
    FigureOptions options_;
    QComboBox* panels_;
    QComboBox* metrics_ = nullptr;  // of a figure that offers several
    ElidedLabel* subtitle_;
    ElidedLabel* notes_;
    QLabel* empty_;
    QLabel* value_;
    QCPItemStraightLine* in_flight_;
    QToolButton* overlay_;
    QToolButton* as_table_;
    QTableView* table_;
    FigureRows* rows_;
    QToolButton* ratio_;
    const PinnedBaseline* pinned_ = nullptr;
    QMenu* sources_;
    QPointF pressed_at_;
    QElapsedTimer last_shown_;
    QTimer later_;
    double build_ms_ = 0;  // what the last figure took, replot left out
    bool stale_ = true;
};

}  // namespace slay

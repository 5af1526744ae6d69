// The Explorer tab: what SLAY does to the kernel at a budget, while the sliders are dragged. It
// needs no run and no engine.
#pragma once

#include <QJsonObject>
#include <QWidget>
#include <vector>

#include "engine/core/event.h"
#include "engine/core/explored_budget.h"
#include "exports/paper/paper_choice.h"
#include "widgets/document/run_document.h"
#include "widgets/document/spec_document.h"
#include "widgets/explorer/explore_worker.h"

class QGridLayout;
class QLabel;
class QMenu;
class QTabBar;
class QToolButton;

namespace slay {

class ExplorerControls;
class FigureCard;
class GuideBanner;

class ExplorerPanel : public QWidget {
    Q_OBJECT

  public:
    ExplorerPanel(SpecDocument& spec, RunDocument& run, QWidget* parent = nullptr);
    ~ExplorerPanel() override;

    ExplorerControls& controls() const { return *controls_; }
    ExploreWorker& worker() { return worker_; }
    const std::vector<FigureCard*>& cards() const { return cards_; }
    FigureCard* card(const QString& figure) const;  // null where there is none
    QTabBar& pages() const { return *pages_; }

    // A step of the guide, from 0: its sliders, its page and its text.
    void show_guide(int step);
    GuideBanner& guide() const { return *guide_; }

    // The sliders become a budget axis of the configuration: one edit that can be undone. `shape`:
    // also the width of d, and the seed.
    void send_to_sweep(BudgetAxis how, bool shape);
    void take_from_configuration();
    // Venue, face and resolution of what is written.
    void set_paper_choice(const PaperChoice& choice) { paper_ = choice; }
    // A view as a file, by its ending; all of them into a folder.
    void export_view(const QString& figure, const QString& path);
    void export_all(const QString& folder);

    // In milliseconds: computing the first frame of the latest request, and building and drawing
    // what was in view last.
    double compute_ms() const { return compute_ms_; }
    double draw_ms() const { return draw_ms_; }

    void retheme();
    QJsonObject state() const;
    void restore(const QJsonObject& state);

  signals:
    void said(slay::Severity severity, const QString& text);
    void frame_shown();

  protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    QWidget* new_side();
    QWidget* new_bar();
    QWidget* new_tools();
    QToolButton* new_send_button();
    QToolButton* new_ways_button();
    void lay_out();
    std::vector<FigureCard*> in_view() const;
    void request_frame();
    void take_frame(const FrameResult& result);
    void draw_frame();
    void ask_export(const FigureCard& card, const QString& ending);
    void copy_command();

    SpecDocument& spec_;
    RunDocument& run_;
    ExploreWorker worker_;
    ExplorerControls* controls_;
    QTabBar* pages_;
    GuideBanner* guide_;
    QWidget* stage_;
    QGridLayout* grid_;
    QLabel *time_, *problem_;
    QAction* with_shape_ = nullptr;
    std::vector<FigureCard*> cards_, laid_out_;
    int columns_ = 0;
    FrameResult frame_;
    PaperChoice paper_;
    double compute_ms_ = 0, draw_ms_ = 0;
    bool stale_ = true;
};

}  // namespace slay

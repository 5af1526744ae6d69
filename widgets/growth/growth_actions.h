// What is done with a curve or a point of the run shown: refine, measure again, pin as a baseline;
// each also as a command line.
#pragma once

#include <QObject>
#include <QPointF>

#include "engine/core/plan_growth.h"

class QMenu;
class QWidget;

namespace slay {

class PinnedBaseline;
class PlotView;
class Workspace;

class GrowthActions : public QObject {
    Q_OBJECT

  public:
    GrowthActions(Workspace& workspace, PinnedBaseline& pinned, QWidget* window);

    // The menu for a place in a figure, at `on_screen`; it deletes itself.
    QMenu* show_menu(PlotView& view, QPointF position, QPoint on_screen);

    void rerun(const QStringList& points, bool with_group);
    QStringList rerun_command(const QStringList& points, bool with_group) const;
    void open_dialog();

  signals:
    void command_asked(const QStringList& words);  // to be copied

  private:
    void add_refinements(QMenu& menu, QMenu& commands, const RecordedPoint& left,
                         const RecordedPoint& right);
    void add_growth(QMenu& menu, QMenu& commands, const char* name, const QString& text,
                    PlanGrowth growth, const QStringList& command);

    Workspace& workspace_;
    PinnedBaseline& pinned_;
    QWidget* window_;
};

}  // namespace slay

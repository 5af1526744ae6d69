// Every action of the window, each with a shortcut, and the menus and toolbar made from them.
#pragma once

#include <QAction>
#include <QMainWindow>

#include "widgets/look/theme.h"

class QActionGroup;
class QLabel;
class QMenu;
class QToolButton;
class QUndoStack;

namespace slay {

struct WindowActions {
    WindowActions(QMainWindow& window, QUndoStack& undo);

    QAction *open, *open_run, *save, *save_as, *export_here, *export_to, *export_paper,
        *open_folder, *quit;
    QAction *undo, *redo, *copy;
    QAction *run, *stop, *pause, *resume, *add_to_run, *copy_command;
    QAction *show_results, *show_findings, *show_plan, *show_log;  // the docks below
    QAction *reset_view, *zoom_in, *zoom_out, *paper_curves, *next_tab, *previous_tab;
    QAction *explorer, *choose;
    QAction *theme_system, *theme_light, *theme_dark, *reset_layout;
    QAction *shortcuts, *guide, *preferences, *about, *commands;
    QMenu* recent_menu;        // filled by RecentFiles
    QMenu* view_menu;          // the docks' switches go here
    QToolButton* stop_button;  // takes the place of Run while a run goes on
    QToolButton* run_button;
    QLabel* document_label;  // at the right of the toolbar: what is open

    QAction* theme_action(ThemeChoice choice) const;

  private:
    QAction* add(const QString& icon, const QString& text, const QKeySequence& keys,
                 const QString& tip);
    void build_menus(QMainWindow& window);
    void build_toolbar(QMainWindow& window);

    QMainWindow& window_;
};

}  // namespace slay

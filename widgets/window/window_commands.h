// The command line that does the same as an action of the window.
#pragma once

#include <QObject>
#include <QStringList>
#include <vector>

class QAction;
class QWidget;

namespace slay {

class Workspace;
struct WindowActions;

class WindowCommands {
  public:
    WindowCommands(Workspace& workspace, WindowActions& actions)
        : workspace_(workspace), actions_(actions) {}

    // The edited preset as it would be run: its file, or its name, with --set for every edit. Runs
    // nothing.
    QStringList run_words() const;
    QStringList preset_words() const;  // the preset and its --set words alone

    struct Row {
        QString action;   // as its menu says it
        QString command;  // for a shell; empty where the action concerns the look of the window
        QString note;     // why it has none, or what it needs
    };
    // Every action of the window, in the menus' order.
    std::vector<Row> rows() const;

    // All of them in a dialog; a double click or Copy copies one.
    void show(QWidget* parent) const;

  private:
    Row row_of(const QAction* action) const;

    Workspace& workspace_;
    WindowActions& actions_;
};

// The words as one line for a shell.
QString shell_line(const QStringList& words);

}  // namespace slay

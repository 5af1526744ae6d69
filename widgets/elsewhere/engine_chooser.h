// In the toolbar: where runs are measured, and how to choose another place.
#pragma once

#include <QToolButton>

#include "widgets/elsewhere/engine_place.h"

class QMenu;

namespace slay {

class Workspace;

class EngineChooser : public QToolButton {
    Q_OBJECT

  public:
    explicit EngineChooser(Workspace& workspace, QWidget* parent = nullptr);

    // The dialog behind "Another host...".
    void ask_host();

  private:
    void refresh();
    void fill_menu();

    Workspace& workspace_;
    EnginePlace& place_;
    QMenu* menu_;
};

}  // namespace slay

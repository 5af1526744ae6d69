// The bottom line: device, memory in use, the point in flight, progress, time left.
#pragma once

#include <QObject>
#include <QTimer>

#include "widgets/window/workspace.h"

class QLabel;
class QProgressBar;
class QStatusBar;

namespace slay {

class ElidedLabel;

class StatusStrip : public QObject {
    Q_OBJECT

  public:
    StatusStrip(Workspace& workspace, QStatusBar& bar);

    void show_export(int done, int total, const QString& file);
    void end_export();

  private:
    void show_engine();
    void show_memory();
    void show_run();
    void take(const std::vector<Event>& events);
    double seconds_left() const;

    Workspace& workspace_;
    QLabel* device_;
    QLabel* memory_;
    ElidedLabel* work_;
    QProgressBar* progress_;
    QLabel* left_;
    QTimer memory_timer_;
    double last_seconds_ = -1;  // of the run's clock, at the last event
    double worked_ = 0;         // seconds of this start, pauses left out
    double predicted_ = 0;      // of the points finished in it
    bool exporting_ = false;
};

// Resident memory of this process, in bytes; 0 where it is not known.
double resident_bytes();

}  // namespace slay

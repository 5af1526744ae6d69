// The run that the window shows: its record, fed by events or read from a folder. Plots, table,
// log and status read it and are told what changed, once a batch.
#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <vector>

#include "engine/core/run_record.h"

namespace slay {

class RunDocument : public QObject {
    Q_OBJECT

  public:
    explicit RunDocument(QObject* parent = nullptr);

    const RunRecord& record() const { return *record_; }
    const QString& folder() const { return folder_; }
    bool has_run() const { return record_->started(); }
    bool live() const { return live_; }
    int points_done() const { return done_; }
    const RecordedPoint* in_flight() const;  // the one that was started last; null: none

    // Whether there are points left that a resumed run would measure.
    bool resumable() const;

    void clear();
    void begin(const QString& folder);          // a new run, with nothing known yet
    void begin_resumed(const QString& folder);  // events add to the record shown
    void show(std::shared_ptr<RunRecord> record, QString folder);  // a saved run
    // The record of the run that begins, made elsewhere from the event that is told next. Left
    // where the record shown has a plan already.
    void adopt(const std::shared_ptr<RunRecord>& record);
    void take(const std::vector<Event>& events);
    // The record of a run that others measure, as it is now; `live`: more is expected. What is new
    // in it is told as if its events had come.
    void follow(std::shared_ptr<RunRecord> record, const QString& folder, bool live);
    void end();  // no more events

  signals:
    void reset();  // another record, or its plan became known
    void grown();  // points came to the plan, at its end
    // Rows of record().points() whose result changed, each once, and the events behind it.
    void advanced(const std::vector<int>& rows, const std::vector<slay::Event>& events);
    void live_changed(bool live);

  private:
    int row_of(const std::string& point) const;
    void recount();

    std::shared_ptr<RunRecord> record_;
    QString folder_;
    std::vector<std::string> in_flight_;  // ids; the points of a group are measured together
    bool live_ = false;
    int done_ = 0;
};

}  // namespace slay

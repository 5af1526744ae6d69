// Writes the paper files of a record without holding up the window: tables on a pool thread,
// figures one by one between the events of the window.
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

#include "engine/core/run_record.h"
#include "exports/export_run.h"

namespace slay {

class ExportTask : public QObject {
    Q_OBJECT

  public:
    // Works on a copy of the record, so that a run may go on meanwhile.
    ExportTask(const RunRecord& record, QString folder, QObject* parent = nullptr);
    // Any jobs.
    ExportTask(std::vector<ExportJob> jobs, QString folder, QObject* parent = nullptr);

    void start();
    void cancel() { cancelled_ = true; }
    const QString& folder() const { return folder_; }

  signals:
    void progressed(int done, int total, const QString& file);
    void finished(const QStringList& files);  // relative to the folder
    void failed(const QString& message);      // also when cancelled

  private:
    void next();
    void take(const Status& status);

    std::shared_ptr<const RunRecord> record_;
    QString folder_;
    std::vector<ExportJob> jobs_;
    std::size_t at_ = 0;
    QStringList written_;
    bool cancelled_ = false;
};

}  // namespace slay

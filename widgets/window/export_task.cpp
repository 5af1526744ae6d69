#include "widgets/window/export_task.h"

#include <QTimer>
#include <iterator>
#include <utility>

#include "exports/figures/figure_file.h"
#include "widgets/document/background.h"

namespace slay {

ExportTask::ExportTask(const RunRecord& record, QString folder, QObject* parent)
    : QObject(parent), record_(std::make_shared<RunRecord>(record)), folder_(std::move(folder)) {}

ExportTask::ExportTask(std::vector<ExportJob> jobs, QString folder, QObject* parent)
    : QObject(parent), folder_(std::move(folder)), jobs_(std::move(jobs)) {}

void ExportTask::start() {
    if (record_) {
        jobs_ = table_jobs(*record_);
        auto figures = figure_jobs(*record_);
        jobs_.insert(jobs_.end(), std::make_move_iterator(figures.begin()),
                     std::make_move_iterator(figures.end()));
    }
    next();
}

void ExportTask::next() {
    if (cancelled_) {
        emit failed(tr("Export stopped; %1 of %2 files are written in %3")
                        .arg(at_)
                        .arg(jobs_.size())
                        .arg(folder_));
        return;
    }
    if (at_ == jobs_.size()) {
        emit finished(written_);
        return;
    }
    const ExportJob& job = jobs_[at_];
    emit progressed(static_cast<int>(at_), static_cast<int>(jobs_.size()),
                    QString::fromStdString(job.path));
    const std::string folder = folder_.toStdString();
    if (job.needs_gui_thread) {
        QTimer::singleShot(0, this, [this, folder] { take(jobs_[at_].write(folder)); });
        return;
    }
    // The record is kept by what runs, in case this task goes first.
    in_background(
        this, [write = job.write, record = record_, folder] { return write(folder); },
        [this](const Status& status) { take(status); });
}

void ExportTask::take(const Status& status) {
    if (!status) {
        emit failed(tr("%1 could not be written: %2")
                        .arg(QString::fromStdString(jobs_[at_].path),
                             QString::fromStdString(status.error().message)));
        return;
    }
    written_ << QString::fromStdString(jobs_[at_].path);
    ++at_;
    next();
}

}  // namespace slay

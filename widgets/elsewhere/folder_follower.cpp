#include "widgets/elsewhere/folder_follower.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "engine/core/journal.h"
#include "widgets/document/background.h"

namespace slay {

Result<FolderContent> read_folder(const std::string& path) {
    FolderContent content;
    if (is_job_folder(path)) {
        auto job = read_job(path);
        if (!job) return job.error();
        content.bytes = job->bytes;
        content.ended =
            job->begun > 0 && job->finished == job->begun && !job->record.points().empty();
        for (const RecordedPoint& point : job->record.points())
            content.ended = content.ended && is_final(point.result.state);
        content.progress = QObject::tr("%1 of %2 tasks have begun, %3 finished")
                               .arg(job->begun)
                               .arg(job->note.shards)
                               .arg(job->finished);
        content.skipped = std::move(job->skipped);
        content.skipped.insert(content.skipped.end(), job->conflicts.begin(), job->conflicts.end());
        content.record = std::make_shared<RunRecord>(std::move(job->record));
        return content;
    }
    // Of the folder, which is what is followed.
    namespace fs = std::filesystem;
    std::error_code ignored;
    const bool is_folder = fs::is_directory(path, ignored);
    content.bytes =
        journal_bytes(is_folder ? path : fs::absolute(path, ignored).parent_path().string());
    auto journal = read_journal(path);
    if (!journal) return journal.error();
    content.ended = journal->record.finished();
    content.skipped = std::move(journal->skipped);
    content.record = std::make_shared<RunRecord>(std::move(journal->record));
    return content;
}

FolderFollower::FolderFollower(QObject* parent) : QObject(parent) {
    timer_.setInterval(look_ms);
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &FolderFollower::look);
}

void FolderFollower::follow(const QString& folder, std::uint64_t bytes) {
    ++serial_;
    folder_ = folder;
    bytes_ = bytes;
    timer_.start();
}

void FolderFollower::stop() {
    ++serial_;
    folder_.clear();
    timer_.stop();
}

// On a thread of the pool: a cluster's file system may take its time.
void FolderFollower::look() {
    using Found = std::shared_ptr<std::optional<FolderContent>>;
    in_background(
        this,
        [folder = folder_.toStdString(), known = bytes_]() -> Found {
            auto found = std::make_shared<std::optional<FolderContent>>();
            if (journal_bytes(folder) == known) return found;
            // A line that is being written, a file that is being replaced: the next look sees it.
            if (auto content = read_folder(folder)) *found = std::move(*content);
            return found;
        },
        [this, serial = serial_](const Found& found) {
            if (serial != serial_) return;
            if (*found) {
                bytes_ = (*found)->bytes;
                const bool ended = (*found)->ended;
                emit grew(**found);
                if (serial != serial_) return;
                if (ended) return stop();
            }
            timer_.start();
        });
}

}  // namespace slay

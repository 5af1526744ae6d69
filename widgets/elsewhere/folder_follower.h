// A run or a job whose journals other processes write: read again whenever they grew.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>

#include "engine/run/job_folder.h"

namespace slay {

// What a folder holds, a job's or a run's.
struct FolderContent {
    std::shared_ptr<RunRecord> record;
    std::vector<std::string> skipped;  // damaged lines
    QString progress;                  // "2 of 8 tasks have begun, 1 finished"; empty for a run
    bool ended = false;                // nothing more is expected
    std::uint64_t bytes = 0;
};

// Both kinds of folder, and a run's journal. Takes as long as the disk does.
Result<FolderContent> read_folder(const std::string& path);

class FolderFollower : public QObject {
    Q_OBJECT

  public:
    static constexpr int look_ms = 1000;

    explicit FolderFollower(QObject* parent = nullptr);

    void follow(const QString& folder, std::uint64_t bytes);  // that were read already
    void stop();
    bool follows() const { return !folder_.isEmpty(); }

  signals:
    void grew(const slay::FolderContent& content);

  private:
    void look();

    QString folder_;
    QTimer timer_;
    std::uint64_t bytes_ = 0;
    std::uint64_t serial_ = 0;  // answers about another folder are dropped
};

}  // namespace slay

// The run on disk: append-only JSONL, one event a line, synced once per finished point.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/event.h"
#include "engine/core/result.h"
#include "engine/core/run_record.h"

namespace slay {

inline constexpr const char* journal_file_name = "journal.jsonl";

// A lock on a run folder that the kernel drops with its process (flock on FOLDER/.lock).
class FolderLock {
  public:
    static Result<std::unique_ptr<FolderLock>> take(const std::string& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

class JournalWriter {
  public:
    // Creates the folder and the journal, or opens one to append to: a torn last line is ended with
    // a newline first, so that what follows is whole.
    static Result<std::unique_ptr<JournalWriter>> open(const std::string& folder);
    ~JournalWriter();
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    // Syncs after RunStarted, RunResumed, PointFinished, RunFinished, and where the plan changes
    // (PointsAdded, PointReopened), and looks then whether the path still leads to the file. After
    // an error the file ends with its last whole line, as far as that can be done, and the message
    // says what to do.
    Status append(const Event& event);

  private:
    JournalWriter(int descriptor, std::string path)
        : descriptor_(descriptor), path_(std::move(path)) {}
    Error failure(int error, const char* doing) const;
    Status still_in_place() const;
    int descriptor_;
    std::string path_;
};

struct JournalContent {
    RunRecord record;
    std::vector<std::string> skipped;  // "line 17: checksum does not match": damaged, named
};

// Loads every whole line of a torn or damaged file. `path`: a run folder or a journal file. Without
// the first line (the plan) points are known by their ids alone, until a plan is applied.
Result<JournalContent> read_journal(const std::string& path);

// Writes a file atomically: a temporary beside it, synced, renamed over it. Makes the folders that
// are missing.
Status write_file_atomically(const std::string& path, std::string_view content);
// The same for FOLDER/RELATIVE ("tables/a.tex"). A link among the folders on the way is refused: a
// run folder may come from a stranger, and nothing is written elsewhere.
Status write_file_below(const std::string& folder, const std::string& relative,
                        std::string_view content);
Status make_folder_below(const std::string& folder, const std::string& relative);
Result<std::string> read_text_file(const std::string& path,
                                   std::size_t max_bytes);  // regular files only
Status make_folder(const std::string& path);                // and its parents

}  // namespace slay

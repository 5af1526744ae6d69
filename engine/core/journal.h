// The run on disk: append-only JSONL, one event a line, synced once per finished point.
#pragma once

#include <memory>
#include <string>
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
    Status append(const Event& event);  // syncs after RunStarted, PointFinished and RunFinished

  private:
    explicit JournalWriter(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

struct JournalContent {
    RunRecord record;
    std::vector<std::string> skipped;  // "line 17: checksum does not match": damaged, named
};

// Loads every whole line of a torn or damaged file. `path`: a run folder or a journal file.
Result<JournalContent> read_journal(const std::string& path);

// Writes a file atomically: a temporary beside it, synced, renamed over it.
Status write_file_atomically(const std::string& path, std::string_view content);
Result<std::string> read_text_file(const std::string& path,
                                   std::size_t max_bytes);  // regular files only

}  // namespace slay

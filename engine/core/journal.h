// The run on disk: append-only JSONL, one event a line, synced once per finished point.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/event.h"
#include "engine/core/result.h"
#include "engine/core/run_record.h"

namespace slay {

inline constexpr const char* journal_file_name = "journal.jsonl";  // what a run writes

// The journal of a folder to read: journal.jsonl, or where there is none (or an empty one) the
// journal.jsonl.gz that gzip made of it; where there is neither, the path of the first.
std::string journal_of(const std::string& folder);
// What is compressed is read and never written: the error says how to make it writable. A folder
// without a journal can get one.
Status journal_can_grow(const std::string& folder);

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
    // Damaged, named: "line 17: checksum does not match"; of a compressed file "what follows
    // line 17: the compressed file is cut short", too.
    std::vector<std::string> skipped;
};

// Loads every whole line of a torn or damaged file, of a compressed one those before the damage.
// `path`: a run folder or a journal file, compressed or not, whatever its name is. Without the
// first line (the plan) points are known by their ids alone, until a plan is applied.
inline constexpr std::uint64_t max_decompressed_bytes = std::uint64_t{4} << 30;
Result<JournalContent> read_journal(const std::string& path,
                                    std::uint64_t max_decompressed = max_decompressed_bytes);
// The first line of a journal file, the plan, as far as `max_bytes` reach; without its newline.
Result<std::string> read_journal_head(const std::string& path, std::size_t max_bytes);

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

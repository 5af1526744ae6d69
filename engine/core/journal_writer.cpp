#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "engine/core/descriptor.h"
#include "engine/core/journal.h"
#include "engine/core/units.h"

namespace slay {
namespace {

bool is_synced(const EventBody& body) {
    return std::holds_alternative<RunStarted>(body) || std::holds_alternative<RunResumed>(body) ||
           std::holds_alternative<PointFinished>(body) ||
           std::holds_alternative<RunFinished>(body) || std::holds_alternative<PointsAdded>(body) ||
           std::holds_alternative<PointReopened>(body);
}

// Ends a torn last line, so that what follows stands on a line of its own.
bool end_last_line(int descriptor) {
    const off_t size = lseek(descriptor, 0, SEEK_END);
    if (size <= 0) return size == 0;
    char last = '\n';
    if (pread(descriptor, &last, 1, size - 1) != 1) return false;
    return last == '\n' || write_whole(descriptor, "\n");
}

}  // namespace

Result<std::unique_ptr<JournalWriter>> JournalWriter::open(const std::string& folder) {
    if (Status made = make_folder(folder); !made) return made.error();
    if (Status grows = journal_can_grow(folder); !grows) return grows.error();
    const std::string path = folder + '/' + journal_file_name;
    struct stat info {};
    if (lstat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
        return Error{ErrorKind::cannot_create,
                     clean_text(path) + ": is there, but no regular file"};
    Descriptor file(::open(
        path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
    if (file.get() < 0)
        return Error{ErrorKind::cannot_create,
                     clean_text(path) + ": cannot be written: " + reason_of(errno)};
    std::unique_ptr<JournalWriter> writer(new JournalWriter(file.release(), path));
    if (!end_last_line(writer->descriptor_)) return writer->failure(errno, "cannot be written");
    sync_folder(folder);
    return writer;
}

JournalWriter::~JournalWriter() {
    close(descriptor_);
}

Error JournalWriter::failure(int error, const char* doing) const {
    std::string advice;
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        advice = "; what was recorded is kept: make room, then resume the run";
    return {ErrorKind::io, clean_text(path_) + ": " + doing + ": " + reason_of(error) + advice};
}

Status JournalWriter::append(const Event& event) {
    std::string line = to_line(event);
    line += '\n';
    const off_t before = lseek(descriptor_, 0, SEEK_END);
    if (!write_whole(descriptor_, line)) {
        const int error = errno;
        // Take the torn line back; where that fails too, the reader skips it.
        if (before >= 0 && ftruncate(descriptor_, before) != 0) errno = error;
        return failure(error, "cannot be written");
    }
    if (!is_synced(event.body)) return done();
    if (fdatasync(descriptor_) != 0) return failure(errno, "cannot be synced");
    return still_in_place();
}

// A descriptor goes on where its path does not lead any more; whoever resumes goes by the path.
Status JournalWriter::still_in_place() const {
    struct stat ours {
    }, there{};
    if (fstat(descriptor_, &ours) != 0) return done();
    const auto lost = [&](const char* what) {
        return Error{ErrorKind::io, clean_text(path_) + ": the journal was " + what +
                                        " while the run was writing it"};
    };
    if (ours.st_nlink == 0) return lost("deleted");
    const bool found = stat(path_.c_str(), &there) == 0;
    if (found && (there.st_dev != ours.st_dev || there.st_ino != ours.st_ino))
        return lost("replaced by another file");
    if (!found && (errno == ENOENT || errno == ENOTDIR))
        return lost("moved, or its folder was, or its file system taken away,");
    return done();
}

}  // namespace slay

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "engine/core/descriptor.h"
#include "engine/core/journal.h"
#include "engine/core/units.h"

namespace slay {

Result<std::unique_ptr<FolderLock>> FolderLock::take(const std::string& folder) {
    if (Status made = make_folder(folder); !made) return made.error();
    const std::string path = folder + "/.lock";
    // Closed on exec: a child process must not keep the lock of a parent that died.
    Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (file.get() < 0)
        return Error{ErrorKind::cannot_create,
                     clean_text(folder) + ": cannot be written: " + reason_of(errno)};
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return Error{ErrorKind::cannot_create,
                         clean_text(folder) + ": cannot be locked: " + reason_of(errno)};
        char text[32] = {};
        const ssize_t count = pread(file.get(), text, sizeof text - 1, 0);
        std::string holder;
        if (count > 1) holder = " (process " + clean_text(std::string(text, count - 1), 16) + ')';
        return Error{ErrorKind::cannot_create, clean_text(folder) +
                                                   ": another run is writing here" + holder +
                                                   "; wait for it or choose another folder"};
    }
    // Who holds it, for the message above; the lock itself is the kernel's.
    const std::string holder = std::to_string(getpid()) + '\n';
    if (ftruncate(file.get(), 0) == 0 && pwrite(file.get(), holder.data(), holder.size(), 0) < 0)
        errno = 0;
    return std::unique_ptr<FolderLock>(new FolderLock(file.release()));
}

FolderLock::~FolderLock() {
    close(descriptor_);
}

}  // namespace slay

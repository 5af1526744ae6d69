// Files: regular ones read whole, new ones written atomically.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "engine/core/descriptor.h"
#include "engine/core/journal.h"
#include "engine/core/units.h"

namespace slay {
namespace {

const char* what_is(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a pipe";
    if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
    if (S_ISSOCK(mode)) return "a socket";
    return "no regular file";
}

Error write_error(const std::string& path, int error) {
    return {error == EROFS || error == EACCES || error == ENOENT || error == ENOTDIR
                ? ErrorKind::cannot_create
                : ErrorKind::io,
            clean_text(path) + ": cannot be written: " + reason_of(error)};
}

}  // namespace

std::string reason_of(int error) {
    switch (error) {
        case ENOSPC:
            return "the disk is full";
        case EDQUOT:
            return "the disk quota is used up";
        case EFBIG:
            return "the file would exceed the size limit";
        case EROFS:
            return "the file system is read-only";
        case EACCES:
        case EPERM:
            return "permission denied";
        case ENOENT:
            return "no such file or directory";
        case ENOTDIR:
            return "a part of the path is not a directory";
        default:
            return std::error_code(error, std::generic_category()).message();
    }
}

bool write_whole(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            if (written == 0) errno = ENOSPC;
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

void sync_folder(const std::string& folder) {
    const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() >= 0) fsync(descriptor.get());
}

Status make_folder(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return write_error(path, error.value());
    if (!std::filesystem::is_directory(path, error))
        return Error{ErrorKind::cannot_create, clean_text(path) + ": is there, but no directory"};
    return done();
}

Result<Descriptor> open_regular(const std::string& path) {
    const auto refuse = [&](const std::string& message) {
        return Error{ErrorKind::no_input, clean_text(path) + ": " + message};
    };
    // Not blocking, so that a pipe without a writer is named and not waited for.
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0) {
        // A socket, or a device nobody serves, cannot even be opened.
        struct stat info {};
        if ((errno == ENXIO || errno == ENODEV) && stat(path.c_str(), &info) == 0)
            return refuse(std::string(what_is(info.st_mode)) + ", not a file");
        return refuse(reason_of(errno));
    }
    struct stat info {};
    if (fstat(file.get(), &info) != 0) return refuse(reason_of(errno));
    if (!S_ISREG(info.st_mode)) return refuse(std::string(what_is(info.st_mode)) + ", not a file");
    return file;
}

Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes) {
    const Result<Descriptor> file = open_regular(path);
    if (!file) return file.error();
    std::string content;
    char buffer[65536];
    for (;;) {
        const ssize_t count = read(file->get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return Error{ErrorKind::no_input, clean_text(path) + ": " + reason_of(errno)};
        if (count == 0) return content;
        content.append(buffer, static_cast<std::size_t>(count));
        if (content.size() > max_bytes)
            return Error{ErrorKind::bad_data, clean_text(path) + ": larger than " +
                                                  format_bytes(static_cast<double>(max_bytes))};
    }
}

Status write_file_atomically(const std::string& path, std::string_view content) {
    const std::filesystem::path target(path);
    const std::string folder =
        target.has_parent_path() ? target.parent_path().string() : std::string(".");
    if (Status made = make_folder(folder); !made) return made;

    std::string temporary = path + ".XXXXXX";
    Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
    if (file.get() < 0) return write_error(path, errno);
    // mkostemp makes it private: give it what any new file would get.
    const mode_t mask = umask(0);
    umask(mask);
    const bool written = write_whole(file.get(), content) &&
                         fchmod(file.get(), 0666 & ~mask) == 0 && fsync(file.get()) == 0;
    if (!written || std::rename(temporary.c_str(), path.c_str()) != 0) {
        const int error = errno;
        unlink(temporary.c_str());
        return write_error(path, error);
    }
    sync_folder(folder);
    return done();
}

Status make_folder_below(const std::string& folder, const std::string& relative) {
    if (Status made = make_folder(folder); !made) return made;
    std::filesystem::path place(folder);
    for (const std::filesystem::path& step : std::filesystem::path(relative)) {
        if (step == ".." || step.is_absolute())
            return Error{ErrorKind::cannot_create,
                         clean_text(relative) + ": leads out of " + clean_text(folder)};
        place /= step;
        struct stat info {};
        if (lstat(place.c_str(), &info) == 0 && S_ISLNK(info.st_mode))
            return Error{ErrorKind::cannot_create,
                         clean_text(place.string()) +
                             ": is a link, and nothing is written through a link in a run's "
                             "folder: remove it, or choose another folder"};
        if (Status made = make_folder(place.string()); !made) return made;
    }
    return done();
}

Status write_file_below(const std::string& folder, const std::string& relative,
                        std::string_view content) {
    const std::filesystem::path path(relative);
    if (Status made = make_folder_below(folder, path.parent_path().string()); !made) return made;
    return write_file_atomically((std::filesystem::path(folder) / path).string(), content);
}

}  // namespace slay

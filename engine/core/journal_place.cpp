// Which file of a folder is its journal, and whether a run can write it.
#include <sys/stat.h>

#include "engine/core/journal.h"
#include "engine/core/journal_source.h"
#include "engine/core/units.h"

namespace slay {
namespace {

constexpr const char* compressed_ending = ".gz";

}  // namespace

std::string journal_of(const std::string& folder) {
    std::string plain = folder + '/' + journal_file_name;
    std::string compressed = plain + compressed_ending;
    struct stat info {};
    // Anything but an empty file, a pipe too, is left to whoever opens it.
    if (lstat(plain.c_str(), &info) == 0 && !(S_ISREG(info.st_mode) && info.st_size == 0))
        return plain;
    return lstat(compressed.c_str(), &info) == 0 ? compressed : plain;
}

Status journal_can_grow(const std::string& folder) {
    const std::string journal = journal_of(folder);
    const bool named = journal.ends_with(compressed_ending), compressed = is_gzip_file(journal);
    if (!named && !compressed) return done();
    const std::string place = clean_text(journal);
    std::string why = "is compressed: gunzip " + place + " first";
    if (!compressed)
        why =
            "is named as a compressed one: rename " + place + " to " + journal_file_name + " first";
    else if (!named)
        why = "is compressed: rename " + place + " to " + journal_file_name + compressed_ending +
              " and gunzip that first";
    return Error{ErrorKind::cannot_create, clean_text(folder) + ": its journal " + why};
}

}  // namespace slay

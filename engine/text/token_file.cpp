#include "engine/text/token_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "engine/core/descriptor.h"
#include "engine/core/journal.h"
#include "engine/core/units.h"

namespace slay {
namespace {

static_assert(std::endian::native == std::endian::little, "ids are mapped as they are on disk");

struct Header {
    char magic[8] = {'S', 'L', 'A', 'Y', 'T', 'O', 'K', '1'};
    std::uint64_t vocabulary = 0, mask = 0, count = 0;
};
static_assert(sizeof(Header) == 32);

}  // namespace

Result<std::unique_ptr<TokenFile>> TokenFile::open(const std::string& path) {
    const auto refuse = [&](const std::string& message) {
        return Error{ErrorKind::bad_data, clean_text(path, 300) + ": " + message};
    };
    const Result<Descriptor> file = open_regular(path);
    if (!file) return file.error();
    struct stat info {};
    if (fstat(file->get(), &info) != 0) return refuse(reason_of(errno));
    const auto bytes = static_cast<std::size_t>(info.st_size);
    Header header;
    if (bytes < sizeof header || pread(file->get(), &header, sizeof header, 0) != sizeof header ||
        std::memcmp(header.magic, Header{}.magic, sizeof header.magic) != 0)
        return refuse("is no token file of this program");
    if (header.count > (bytes - sizeof header) / 2 || bytes != sizeof header + 2 * header.count)
        return refuse("is cut short");
    if (header.vocabulary == 0 || header.vocabulary > 65536 || header.mask >= header.vocabulary)
        return refuse("has a vocabulary of " + std::to_string(header.vocabulary) + " units");
    void* memory = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file->get(), 0);
    if (memory == MAP_FAILED) return refuse("cannot be mapped: " + reason_of(errno));
    std::unique_ptr<TokenFile> out(new TokenFile);
    out->memory_ = memory;
    out->bytes_ = bytes;
    out->tokens_ = {
        reinterpret_cast<const std::uint16_t*>(static_cast<const char*>(memory) + sizeof header),
        static_cast<std::size_t>(header.count)};
    out->vocabulary_ = static_cast<std::int64_t>(header.vocabulary);
    out->mask_ = static_cast<std::int64_t>(header.mask);
    return out;
}

TokenFile::~TokenFile() {
    if (memory_) munmap(memory_, bytes_);
}

Status write_token_file(const std::string& path, std::span<const std::uint16_t> tokens,
                        std::int64_t vocabulary, std::int64_t mask_token) {
    Header header;
    header.vocabulary = static_cast<std::uint64_t>(vocabulary);
    header.mask = static_cast<std::uint64_t>(mask_token);
    header.count = tokens.size();
    std::string content(reinterpret_cast<const char*>(&header), sizeof header);
    content.append(reinterpret_cast<const char*>(tokens.data()), tokens.size_bytes());
    return write_file_atomically(path, content);
}

}  // namespace slay

#include "tests/fuzz/input.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "engine/core/checksum.h"
#include "engine/core/descriptor.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {
namespace {

constexpr std::string_view crc_member = ",\"crc\":\"";
constexpr std::size_t crc_tail = 18;  // ,"crc":"01234567"}

std::string sealed(std::string_view line) {
    if (!line.empty() && line.front() == '!') return std::string(line.substr(1));
    if (line.size() < 2 || line.front() != '{' || line.back() != '}') return std::string(line);
    std::string_view content = line.substr(0, line.size() - 1);
    if (line.size() > crc_tail &&
        line.substr(line.size() - crc_tail, crc_member.size()) == crc_member)
        content = line.substr(0, line.size() - crc_tail);
    return std::string(content) + std::string(crc_member) + hex8(crc32(content)) + "\"}";
}

}  // namespace

MemoryFile::MemoryFile(std::string_view bytes)
    : descriptor_(memfd_create("slay-fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || !write_whole(descriptor_, bytes))
        throw std::runtime_error("no memory for the file of a test");
}

MemoryFile::~MemoryFile() {
    close(descriptor_);
}

void require_same(const std::string& a, const std::string& b, const std::string& promise) {
    const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (left == a.end() && right == b.end()) return;
    const auto at = static_cast<std::size_t>(left - a.begin());
    const std::size_t from = at < 60 ? 0 : at - 60;
    throw Broken(promise + ": \"" + a.substr(from, 120) + "\" and \"" + b.substr(from, 120) + '"');
}

std::vector<std::string> sealed_lines(std::string_view bytes) {
    std::vector<std::string> lines;
    for (;;) {
        const auto end = bytes.find('\n');
        lines.push_back(sealed(bytes.substr(0, end)));
        if (end == std::string_view::npos) return lines;
        bytes.remove_prefix(end + 1);
    }
}

}  // namespace slay::fuzz

// How bytes reach readers of files and of sealed lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slay::fuzz {

// A file in memory with these bytes, which has a path for as long as it lives.
class MemoryFile {
  public:
    explicit MemoryFile(std::string_view bytes);
    ~MemoryFile();
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

  private:
    int descriptor_;
};

// The lines of the bytes; each that looks like an event with a wrong checksum, or none, gets the
// right one, so that what stands behind the checksum is reached. A line that begins with '!' stays
// as it is.
std::vector<std::string> sealed_lines(std::string_view bytes);

}  // namespace slay::fuzz

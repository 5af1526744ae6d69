// The bytes of a journal, a piece at a time: the file's own, or those that gzip compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/core/descriptor.h"
#include "engine/core/result.h"

struct z_stream_s;

namespace slay {

// The content decides, not the name.
bool begins_as_gzip(std::string_view bytes);
bool is_gzip_file(const std::string& path);

// Stays where it is once bytes were taken.
class JournalSource {
  public:
    static Result<JournalSource> open(const std::string& path, std::uint64_t max_decompressed);

    // Valid until the next call; empty at the end. An error: the file cannot be read.
    Result<std::string_view> next();
    // Of a compressed file, at the end: why there is no more of it. What was given came before.
    const std::string& damage() const { return damage_; }

  private:
    struct StreamEnd {
        void operator()(z_stream_s* stream) const;
    };
    JournalSource(Descriptor file, std::string path, std::uint64_t max_decompressed)
        : file_(std::move(file)), path_(std::move(path)), max_(max_decompressed) {}
    Status begin();
    Status fill();  // input_, empty at the file's end
    Result<std::string_view> decompress();
    bool is_at_member();
    void note_end(int code);

    Descriptor file_;
    std::string path_, input_, output_, damage_;
    std::uint64_t max_, given_ = 0;
    std::unique_ptr<z_stream_s, StreamEnd> stream_;  // absent: the file is not compressed
    bool begun_ = false, ended_ = false;
    bool between_members_ = false;  // of a file that `cat` made of several
    bool has_more_output_ = false;
};

}  // namespace slay

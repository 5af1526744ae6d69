#include "engine/core/journal_source.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>

#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 16;
constexpr std::string_view gzip_magic = "\x1f\x8b\x08";  // the last: deflate, the only one there is
constexpr int gzip_window = 15 + 16;                     // any window, a gzip header

Result<std::size_t> read_some(const Descriptor& file, char* to, std::size_t count,
                              const std::string& path) {
    for (;;) {
        const ssize_t got = read(file.get(), to, count);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Error{ErrorKind::no_input, clean_text(path) + ": " + reason_of(errno)};
        return static_cast<std::size_t>(got);
    }
}

std::string words_of(const char* message) {
    const std::string_view text = message ? message : "";
    if (text == "incorrect data check" || text == "incorrect length check")
        return "the checksum of the compressed data does not match";
    if (text == "incorrect header check") return "it is not compressed with gzip";
    return "the compressed data is damaged" +
           (text.empty() ? std::string() : " (" + std::string(text) + ')');
}

}  // namespace

bool begins_as_gzip(std::string_view bytes) {
    return bytes.starts_with(gzip_magic);
}

bool is_gzip_file(const std::string& path) {
    const Result<Descriptor> file = open_regular(path);
    char bytes[gzip_magic.size()];
    return file && pread(file->get(), bytes, sizeof bytes, 0) == ssize_t{sizeof bytes} &&
           begins_as_gzip({bytes, sizeof bytes});
}

void JournalSource::StreamEnd::operator()(z_stream_s* stream) const {
    inflateEnd(stream);
    delete stream;
}

Result<JournalSource> JournalSource::open(const std::string& path, std::uint64_t max_decompressed) {
    Result<Descriptor> file = open_regular(path);
    if (!file) return file.error();
    return JournalSource(std::move(*file), path, max_decompressed);
}

Status JournalSource::fill() {
    input_.resize(piece_bytes);
    const auto count = read_some(file_, input_.data(), input_.size(), path_);
    input_.resize(count ? *count : 0);
    if (!count) return count.error();
    return done();
}

// The first piece, at least as long as the magic unless the file is shorter: what the file is.
Status JournalSource::begin() {
    begun_ = true;
    if (Status filled = fill(); !filled) return filled;
    while (!input_.empty() && input_.size() < gzip_magic.size()) {
        char more[gzip_magic.size()];
        const auto count = read_some(file_, more, gzip_magic.size() - input_.size(), path_);
        if (!count) return count.error();
        if (*count == 0) break;
        input_.append(more, *count);
    }
    if (!begins_as_gzip(input_)) return done();
    auto stream = std::make_unique<z_stream>();
    if (inflateInit2(stream.get(), gzip_window) != Z_OK)
        return Error{ErrorKind::internal, clean_text(path_) + ": no memory to decompress it"};
    stream_.reset(stream.release());
    stream_->next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_->avail_in = static_cast<uInt>(input_.size());
    output_.resize(piece_bytes);
    return done();
}

Result<std::string_view> JournalSource::next() {
    const bool first = !begun_;
    if (first)
        if (Status begun = begin(); !begun) return begun.error();
    if (stream_) return decompress();
    if (!first)
        if (Status filled = fill(); !filled) return filled.error();
    return std::string_view(input_);
}

Result<std::string_view> JournalSource::decompress() {
    z_stream& stream = *stream_;
    while (!ended_) {
        if (stream.avail_in == 0 && !has_more_output_) {
            if (Status filled = fill(); !filled) return filled.error();
            stream.next_in = reinterpret_cast<Bytef*>(input_.data());
            stream.avail_in = static_cast<uInt>(input_.size());
            if (input_.empty()) {
                ended_ = true;
                if (!between_members_) damage_ = "the compressed file is cut short";
                break;
            }
        }
        if (between_members_ && !is_at_member()) continue;
        stream.next_out = reinterpret_cast<Bytef*>(output_.data());
        stream.avail_out = static_cast<uInt>(output_.size());
        const int code = inflate(&stream, Z_NO_FLUSH);
        std::size_t count = output_.size() - stream.avail_out;
        has_more_output_ = code == Z_OK && stream.avail_out == 0;
        note_end(code);
        if (count > max_ - given_) {
            count = static_cast<std::size_t>(max_ - given_);
            ended_ = true;
            damage_ = "the journal is longer than " + format_bytes(static_cast<double>(max_)) +
                      ", decompressed";
        }
        given_ += count;
        if (count > 0) return std::string_view(output_).substr(0, count);
    }
    return std::string_view();
}

// Zeros between members are padding, of a tape or a block device.
bool JournalSource::is_at_member() {
    while (stream_->avail_in > 0 && *stream_->next_in == 0) {
        ++stream_->next_in;
        --stream_->avail_in;
    }
    if (stream_->avail_in == 0) return false;
    between_members_ = false;
    return true;
}

void JournalSource::note_end(int code) {
    if (code == Z_STREAM_END) {
        between_members_ = true;
        inflateReset(stream_.get());
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
        ended_ = true;
        damage_ =
            code == Z_MEM_ERROR ? "there is no memory to decompress it" : words_of(stream_->msg);
    }
}

}  // namespace slay

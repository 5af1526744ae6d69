// What gzip makes of bytes, for tests of what reads it.
#pragma once

#include <zlib.h>

#include <QFile>
#include <stdexcept>
#include <string>
#include <string_view>

inline std::string gzipped(std::string_view bytes, int level = 6) {
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("zlib does not begin");
    std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int code = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (code != Z_STREAM_END) throw std::runtime_error("zlib does not end");
    return out;
}

// As `gzip FOLDER/journal.jsonl` leaves the folder.
inline void gzip_journal(const QString& folder) {
    QFile plain(folder + "/journal.jsonl"), compressed(folder + "/journal.jsonl.gz");
    if (!plain.open(QIODevice::ReadOnly) || !compressed.open(QIODevice::WriteOnly))
        qFatal("cannot compress %s", qPrintable(plain.fileName()));
    compressed.write(QByteArray::fromStdString(gzipped(plain.readAll().toStdString())));
    plain.remove();
}

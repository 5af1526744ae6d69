#include "engine/training/checkpoint.h"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/core/counter_random.h"
#include "engine/core/descriptor.h"
#include "engine/core/journal.h"
#include "engine/core/units.h"

namespace slay {
namespace {

using nlohmann::json;

constexpr std::string_view kMagic = "SLAYCKP1";
constexpr std::size_t kMaxHeader = std::size_t{16} << 20;
constexpr std::size_t kMaxSeries = std::size_t{1} << 28;  // values of one series

class Hash {
  public:
    // The pieces must be cut the same way when written and when read.
    void add(std::string_view bytes) {
        while (!bytes.empty()) {
            std::uint64_t word = 0;
            const std::size_t count = std::min<std::size_t>(8, bytes.size());
            std::memcpy(&word, bytes.data(), count);
            bytes.remove_prefix(count);
            value_ = CounterRandom::mix(value_ ^ word) + count;
        }
    }
    std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 0x452821E638D01377ull;
};

template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string_view bytes_of(const std::uint64_t& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

class Writer {
  public:
    explicit Writer(int descriptor) : descriptor_(descriptor) {}
    void put(std::string_view bytes) {
        hash_.add(bytes);
        good_ = good_ && write_whole(descriptor_, bytes);
    }
    bool finish() {
        const std::uint64_t hash = hash_.value();
        return good_ && write_whole(descriptor_, bytes_of(hash)) && fsync(descriptor_) == 0;
    }

  private:
    int descriptor_;
    Hash hash_;
    bool good_ = true;
};

struct Damaged {
    std::string message;
};

class Reader {
  public:
    // `bytes`: of the whole file.
    Reader(int descriptor, std::uint64_t bytes) : descriptor_(descriptor), left_(bytes) {}
    std::uint64_t left() const { return left_; }
    void get(void* to, std::size_t count) {
        read_raw(to, count);
        hash_.add({static_cast<const char*>(to), count});
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        get(&value, sizeof value);
        return value;
    }
    void check_end() {
        std::uint64_t written = 0;
        read_raw(&written, sizeof written);
        if (written != hash_.value()) throw Damaged{"its checksum does not match"};
    }

  private:
    void read_raw(void* to, std::size_t count) {
        auto* at = static_cast<char*>(to);
        while (count > 0) {
            const ssize_t got = ::read(descriptor_, at, count);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) throw Damaged{got < 0 ? reason_of(errno) : "it is cut short"};
            at += got;
            count -= static_cast<std::size_t>(got);
            left_ -= std::min(left_, static_cast<std::uint64_t>(got));
        }
    }
    int descriptor_;
    std::uint64_t left_;
    Hash hash_;
};

json header_of(const CheckpointState& state, const std::vector<at::Tensor>& tensors) {
    json header{{"point", state.point}, {"step", state.step}, {"seconds", state.seconds}};
    header["series"] = json::array();
    for (const auto& [metric, series] : state.series)
        header["series"].push_back({{"metric", metric}, {"count", series.values.size()}});
    header["tensors"] = json::array();
    for (const at::Tensor& each : tensors)
        header["tensors"].push_back(
            {{"type", c10::toString(each.scalar_type())}, {"bytes", each.nbytes()}});
    return header;
}

std::string_view bytes_of(const at::Tensor& tensor) {
    return {static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()};
}

CheckpointState read_all(Reader& reader, const std::string& point_id,
                         const std::vector<at::Tensor>& tensors, std::vector<at::Tensor>& values) {
    std::string magic(kMagic.size(), ' ');
    reader.get(magic.data(), magic.size());
    if (magic != kMagic) throw Damaged{"it is no checkpoint of this program"};
    const std::uint64_t header_bytes = reader.number();
    if (header_bytes > std::min<std::uint64_t>(kMaxHeader, reader.left()))
        throw Damaged{"its header is too long"};
    std::string text(header_bytes, ' ');
    reader.get(text.data(), text.size());
    const json header = json::parse(text, nullptr, false);
    if (!header.is_object() || header.value("point", "") != point_id)
        throw Damaged{"it is of another point"};

    CheckpointState state;
    state.point = point_id;
    state.step = header.value("step", std::int64_t{0});
    state.seconds = header.value("seconds", 0.0);
    for (const json& row : header.value("series", json::array())) {
        const std::size_t count = row.value("count", std::size_t{0});
        if (count > kMaxSeries) throw Damaged{"a series is too long"};
        if (count * 2 * sizeof(double) > reader.left()) throw Damaged{"it is cut short"};
        TrainingHistory::Series& series = state.series[clean_text(row.value("metric", ""), 64)];
        series.steps.resize(count);
        series.values.resize(count);
        reader.get(series.steps.data(), count * sizeof(std::int64_t));
        reader.get(series.values.data(), count * sizeof(double));
    }
    const json wanted = header_of({}, tensors)["tensors"];
    if (header.value("tensors", json::array()) != wanted) throw Damaged{"its model is another"};
    for (const at::Tensor& each : tensors) {
        at::Tensor value = at::empty(each.sizes(), each.options().device(at::kCPU));
        reader.get(value.mutable_data_ptr(), value.nbytes());
        values.push_back(std::move(value));
    }
    reader.check_end();
    return state;
}

}  // namespace

std::string checkpoint_path(const std::string& folder, const std::string& point_id) {
    return folder + "/checkpoints/" + point_id + ".checkpoint";
}

Status write_checkpoint(const std::string& path, const CheckpointState& state,
                        const std::vector<at::Tensor>& tensors) {
    const at::NoGradGuard no_grad;
    const std::filesystem::path place = std::filesystem::path(path).parent_path();
    if (Status made = make_folder_below(place.parent_path().string(), place.filename().string());
        !made)
        return made;
    const std::string folder = place.string();
    const std::string temporary = path + ".new";
    const auto failed = [&] {
        const int error = errno;
        unlink(temporary.c_str());
        return Error{ErrorKind::io, clean_text(path, 300) +
                                        ": the checkpoint cannot be written: " + reason_of(error)};
    };
    const Descriptor file(
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (file.get() < 0) return failed();
    Writer writer(file.get());
    const std::string header = header_of(state, tensors).dump();
    const std::uint64_t header_bytes = header.size();
    writer.put(kMagic);
    writer.put(bytes_of(header_bytes));
    writer.put(header);
    for (const auto& [metric, series] : state.series) {
        writer.put(bytes_of(series.steps));
        writer.put(bytes_of(series.values));
    }
    for (const at::Tensor& each : tensors) writer.put(bytes_of(each.cpu().contiguous()));
    if (!writer.finish() || std::rename(temporary.c_str(), path.c_str()) != 0) return failed();
    sync_folder(folder);
    return done();
}

Result<CheckpointState> read_checkpoint(const std::string& path, const std::string& point_id,
                                        const std::vector<at::Tensor>& tensors) {
    const at::NoGradGuard no_grad;
    const Result<Descriptor> file = open_regular(path);
    if (!file) return file.error();
    std::vector<at::Tensor> values;
    try {
        struct stat info {};
        if (fstat(file->get(), &info) != 0) throw Damaged{reason_of(errno)};
        Reader reader(file->get(), static_cast<std::uint64_t>(info.st_size));
        CheckpointState state = read_all(reader, point_id, tensors, values);
        for (std::size_t i = 0; i < tensors.size(); ++i) at::Tensor(tensors[i]).copy_(values[i]);
        return state;
    } catch (const Damaged& damaged) {
        return Error{ErrorKind::bad_data, clean_text(path, 300) + ": " + damaged.message};
    } catch (const json::exception&) {
        return Error{ErrorKind::bad_data, clean_text(path, 300) + ": its header is damaged"};
    }
}

void remove_checkpoint(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    std::filesystem::remove(std::filesystem::path(path).parent_path(), ignored);  // when empty
}

}  // namespace slay

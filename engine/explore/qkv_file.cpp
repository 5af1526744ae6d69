#include "engine/explore/qkv_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/core/checksum.h"
#include "engine/core/journal.h"
#include "engine/core/json_text.h"
#include "engine/core/units.h"
#include "engine/core/variant_info.h"

namespace slay::explore {
namespace {

using nlohmann::json;

constexpr std::string_view magic = "SLAYQKV1";
constexpr std::size_t most_header = std::size_t{1} << 20;
constexpr std::size_t most_bytes = std::size_t{64} << 20;
constexpr int most_dimension = 256;

std::string_view bytes_of(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

template <typename T>
std::string_view bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

json header_of(const QkvSample& sample) {
    json heads = json::array();
    for (const QkvHead& each : sample.heads)
        heads.push_back({{"layer", each.layer}, {"head", each.head}});
    const QkvHead& first = sample.heads.front();
    return {{"point", sample.point},
            {"variant", sample.variant},
            {"step", sample.step},
            {"steps", sample.steps},
            {"seed", sample.seed},
            {"layers", sample.layers},
            {"heads", sample.model_heads},
            {"causal", sample.causal},
            {"length", first.length},
            {"head_dim", first.dimension},
            {"kept", heads}};
}

std::string origin_of(const QkvSample& sample, const QkvHead& head) {
    const VariantInfo* info = find_variant(sample.variant);
    return fmt::format("{}, step {} of {}, seed {}: layer {} of {}, head {} of {}",
                       info ? info->label : sample.variant, sample.step, sample.steps, sample.seed,
                       head.layer + 1, sample.layers, head.head + 1, sample.model_heads);
}

// Reads what is left of a text, piece by piece; false where it is cut short.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : rest_(text) {}
    bool take(void* to, std::size_t count) {
        if (rest_.size() < count) return false;
        std::memcpy(to, rest_.data(), count);
        rest_.remove_prefix(count);
        return true;
    }
    std::optional<std::string_view> text(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        const std::string_view out = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return out;
    }
    bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

// The sample without its numbers, or what is wrong with the header.
Result<QkvSample> sample_of(const json& header, const std::string& path, int& length,
                            int& dimension) {
    const auto damaged = [&](const char* what) {
        return Error{ErrorKind::bad_data, clean_text(path, 300) + ": " + what};
    };
    QkvSample sample;
    try {
        sample.point = clean_text(header.at("point").get<std::string>(), 200);
        sample.variant = clean_text(header.at("variant").get<std::string>(), 80);
        sample.step = header.at("step").get<std::int64_t>();
        sample.steps = header.at("steps").get<std::int64_t>();
        sample.seed = header.at("seed").get<std::int64_t>();
        sample.layers = header.at("layers").get<int>();
        sample.model_heads = header.at("heads").get<int>();
        sample.causal = header.at("causal").get<bool>();
        length = header.at("length").get<int>();
        dimension = header.at("head_dim").get<int>();
        for (const json& each : header.at("kept"))
            sample.heads.push_back({each.at("layer").get<int>(),
                                    each.at("head").get<int>(),
                                    length,
                                    dimension,
                                    {},
                                    {},
                                    {},
                                    {}});
    } catch (const json::exception&) {
        return damaged("its header lacks a field or has one of another type");
    }
    if (length < 1 || length > kept_positions || dimension < 1 || dimension > most_dimension ||
        sample.heads.empty() || sample.heads.size() > kept_layers * kept_heads)
        return damaged("its header names sizes that no training keeps");
    for (QkvHead& head : sample.heads) {
        if (head.layer < 0 || head.head < 0) return damaged("its header names a head below 0");
        head.origin = origin_of(sample, head);
    }
    return sample;
}

}  // namespace

std::vector<int> kept_indices(int count, int most) {
    std::set<int> kept;
    for (int i = 0; i < std::min(count, most); ++i)
        kept.insert(most <= 1 || count <= 1
                        ? 0
                        : static_cast<int>(std::lround(static_cast<double>(i) * (count - 1) /
                                                       (std::min(count, most) - 1))));
    return {kept.begin(), kept.end()};
}

std::string qkv_path(const std::string& run_folder, const std::string& point_id) {
    return run_folder + "/attention/" + point_id + ".qkv";
}

Status write_qkv(const std::string& path, const QkvSample& sample) {
    if (sample.heads.empty())
        return Error{ErrorKind::internal, clean_text(path, 300) + ": a sample without heads"};
    const std::string header =
        header_of(sample).dump(-1, ' ', false, json::error_handler_t::replace);
    std::string content(magic);
    content += bytes_of(static_cast<std::uint64_t>(header.size()));
    content += header;
    for (const QkvHead& head : sample.heads)
        for (const std::vector<float>* values : {&head.q, &head.k, &head.v}) {
            if (values->size() != static_cast<std::size_t>(head.length) * head.dimension)
                return Error{ErrorKind::internal,
                             clean_text(path, 300) + ": q, k and v are not of one size"};
            content += bytes_of(*values);
        }
    content += bytes_of(static_cast<std::uint64_t>(crc32(content)));
    // Into RUN/attention, which may not be a link to somewhere else.
    const std::filesystem::path file(path), folder = file.parent_path();
    return write_file_below(folder.parent_path().string(),
                            (folder.filename() / file.filename()).string(), content);
}

Result<QkvSample> read_qkv(const std::string& path) {
    const Result<std::string> content = read_text_file(path, most_bytes);
    if (!content) return content.error();
    const auto damaged = [&](const char* what) {
        return Error{ErrorKind::bad_data, clean_text(path, 300) + ": " + what};
    };
    Cursor cursor(*content);
    const auto start = cursor.text(magic.size());
    if (!start || *start != magic) return damaged("it holds no q, k and v of this program");
    std::uint64_t header_bytes = 0;
    if (!cursor.take(&header_bytes, sizeof header_bytes) || header_bytes > most_header)
        return damaged("its header is damaged");
    const auto text = cursor.text(header_bytes);
    if (!text) return damaged("it is cut short");
    const Result<json> header = parse_json(*text, path);
    if (!header) return damaged("its header is damaged");
    int length = 0, dimension = 0;
    Result<QkvSample> sample = sample_of(*header, path, length, dimension);
    if (!sample) return sample;
    const std::size_t count = static_cast<std::size_t>(length) * dimension;
    for (QkvHead& head : sample->heads)
        for (std::vector<float>* values : {&head.q, &head.k, &head.v}) {
            values->resize(count);
            if (!cursor.take(values->data(), count * sizeof(float)))
                return damaged("it is cut short");
            if (!std::all_of(values->begin(), values->end(),
                             [](float value) { return std::isfinite(value); }))
                return damaged("it holds numbers that are not finite");
        }
    std::uint64_t hash = 0;
    if (!cursor.take(&hash, sizeof hash) || !cursor.at_end()) return damaged("it is cut short");
    const std::string_view hashed(content->data(), content->size() - sizeof hash);
    if (hash != crc32(hashed)) return damaged("its checksum does not match");
    return sample;
}

Result<std::vector<std::string>> find_qkv(const std::string& run_folder) {
    namespace fs = std::filesystem;
    std::vector<std::string> files;
    std::error_code error;
    const fs::path folder = fs::path(run_folder) / "attention";
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        if (at->path().extension() == ".qkv" && at->is_regular_file(ignored))
            files.push_back(at->path().string());
    }
    if (files.empty())
        return Error{ErrorKind::no_input,
                     clean_text(run_folder, 300) +
                         ": no trained model has left its q, k and v here (attention/*.qkv). A run "
                         "of the training experiment keeps them at its checkpoints and at its end, "
                         "where it is measured; runs of earlier versions, and those measured on "
                         "another machine, have none. Run the preset \"training\", then open it."};
    std::sort(files.begin(), files.end());
    return files;
}

Result<QkvHead> head_of(const QkvSample& sample, int layer, int head) {
    std::string known;
    for (const QkvHead& each : sample.heads) {
        if (each.layer == layer && each.head == head) return each;
        known += fmt::format("{}{}/{}", known.empty() ? "" : ", ", each.layer + 1, each.head + 1);
    }
    return Error{ErrorKind::usage,
                 fmt::format("layer {}, head {} was not kept of {}; kept are (layer/head) {}",
                             layer + 1, head + 1, sample.point, known)};
}

}  // namespace slay::explore

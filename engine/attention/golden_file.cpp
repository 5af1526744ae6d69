#include "engine/attention/golden_file.h"

#include <ATen/ATen.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

namespace slay {
namespace {

using nlohmann::json;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{256} << 20;
constexpr int kMostDepth = 16;
constexpr std::int64_t kMostElements = std::int64_t{1} << 24;  // of one tensor
constexpr std::int64_t kMostDimensions = 8;
constexpr std::size_t kMostNameBytes = 64;

// Thrown inside this file only; becomes the Error of read_golden.
struct Refusal {
    std::string pointer;
    std::string message;
};

std::string describe(const json& value) {
    const std::string text =
        value.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace);
    return text.size() > 40 ? text.substr(0, 37) + "..." : text;
}

const json& member(const json& object, const std::string& pointer, const std::string& key) {
    if (!object.is_object()) throw Refusal{pointer, "expected an object"};
    const auto found = object.find(key);
    if (found == object.end()) throw Refusal{pointer, "the key \"" + key + "\" is missing"};
    return *found;
}

std::int64_t integer(const json& object, const std::string& key, std::int64_t most) {
    const json& value = member(object, "", key);
    if (!value.is_number_integer() || value < 1 || value > most)
        throw Refusal{"/" + key,
                      describe(value) + " is not an integer from 1 to " + std::to_string(most)};
    return value.get<std::int64_t>();
}

double positive(const json& object, const std::string& key) {
    const json& value = member(object, "", key);
    const double number = value.is_number() ? value.get<double>() : -1;
    if (!(number > 0 && number <= 1))
        throw Refusal{"/" + key, describe(value) + " is not a number above 0 and up to 1"};
    return number;
}

at::Tensor tensor(const json& object, const std::string& parent, const std::string& key) {
    const std::string pointer = parent + "/" + key;
    const json& holder = member(object, parent, key);
    const json& shape = member(holder, pointer, "shape");
    const json& data = member(holder, pointer, "data");
    if (!shape.is_array() || shape.size() > kMostDimensions)
        throw Refusal{pointer + "/shape", "expected a list of up to 8 sizes"};
    std::vector<std::int64_t> sizes;
    std::int64_t count = 1;
    for (const json& size : shape) {
        if (!size.is_number_integer() || size < 1 || size > kMostElements)
            throw Refusal{pointer + "/shape/" + std::to_string(sizes.size()),
                          describe(size) + " is not a positive size"};
        sizes.push_back(size.get<std::int64_t>());
        count *= sizes.back();
        if (count > kMostElements) throw Refusal{pointer + "/shape", "the tensor is too large"};
    }
    if (!data.is_array() || data.size() != static_cast<std::size_t>(count))
        throw Refusal{pointer + "/data",
                      "expected a list of " + std::to_string(count) + " numbers"};
    at::Tensor result = at::empty(sizes, at::kDouble);
    double* out = result.data_ptr<double>();
    for (std::size_t i = 0; i < data.size(); ++i) {
        out[i] =
            data[i].is_number() ? data[i].get<double>() : std::numeric_limits<double>::quiet_NaN();
        if (!std::isfinite(out[i]))
            throw Refusal{pointer + "/data/" + std::to_string(i),
                          describe(data[i]) + " is not a finite number"};
    }
    return result;
}

at::Tensor heads_tensor(const json& object, const std::string& parent, const std::string& key,
                        const GoldenFile& file) {
    at::Tensor result = tensor(object, parent, key);
    const std::vector<std::int64_t> expected{file.batch, file.heads, file.length, file.head_dim};
    if (result.sizes() != at::IntArrayRef(expected)) {
        std::ostringstream message;
        message << "the shape is " << result.sizes() << ", expected " << at::IntArrayRef(expected);
        throw Refusal{parent + "/" + key + "/shape", message.str()};
    }
    return result;
}

// A key as a JSON pointer's token (RFC 6901), cut to a length that fits a line.
std::string token(const std::string& key) {
    std::string escaped;
    for (const char c : key.substr(0, kMostNameBytes)) {
        if (c == '~')
            escaped += "~0";
        else if (c == '/')
            escaped += "~1";
        else
            escaped += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
    return escaped;
}

GoldenVariant variant(const std::string& name, const json& object, const GoldenFile& file) {
    const std::string pointer = "/variants/" + token(name);
    GoldenVariant result;
    result.name = name;
    result.output = heads_tensor(object, pointer, "output", file);
    result.grad_q = heads_tensor(object, pointer, "grad_q", file);
    result.grad_k = heads_tensor(object, pointer, "grad_k", file);
    result.grad_v = heads_tensor(object, pointer, "grad_v", file);
    const json& buffers = member(object, pointer, "buffers");
    if (!buffers.is_object()) throw Refusal{pointer + "/buffers", "expected an object"};
    for (const auto& [key, value] : buffers.items())
        result.buffers.emplace(key, tensor(buffers, pointer + "/buffers", key));
    return result;
}

GoldenFile parse(const json& root, const std::string& path) {
    if (!root.is_object()) throw Refusal{"", "expected an object"};
    GoldenFile file;
    file.name = std::filesystem::path(path).stem().string();
    if (!member(root, "", "causal").is_boolean())
        throw Refusal{"/causal", "expected true or false"};
    file.causal = root["causal"].get<bool>();
    file.batch = integer(root, "batch", 1024);
    file.length = integer(root, "length", 4096);
    file.heads = integer(root, "heads", 1024);
    file.head_dim = integer(root, "head_dim", 256);
    if (file.head_dim % 4 != 0) throw Refusal{"/head_dim", "expected a multiple of 4"};
    if (file.batch * file.heads * file.length * file.length > kMostElements)
        throw Refusal{"/length", "batch * heads * length^2 is above 2^24: too large to compare"};
    file.nodes = integer(root, "quadrature_nodes", 64);
    file.prf_features = integer(root, "prf_features", 1024);
    file.poly_features = integer(root, "poly_features", 1024);
    file.shared_features = integer(root, "shared_features", 1024);
    file.epsilon = positive(root, "epsilon");
    file.delta = positive(root, "delta");
    file.q = heads_tensor(root, "", "q", file);
    file.k = heads_tensor(root, "", "k", file);
    file.v = heads_tensor(root, "", "v", file);
    const json& variants = member(root, "", "variants");
    if (!variants.is_object() || variants.empty())
        throw Refusal{"/variants", "expected an object with at least one variant"};
    for (const auto& [name, value] : variants.items())
        file.variants.push_back(variant(name, value, file));
    return file;
}

Result<json> read_json(const std::string& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (failure || !std::filesystem::exists(status))
        return Error{ErrorKind::no_input, path + ": there is no such file"};
    if (!std::filesystem::is_regular_file(status))
        return Error{ErrorKind::no_input, path + ": expected a file, this is something else"};
    const std::uintmax_t bytes = std::filesystem::file_size(path, failure);
    if (!failure && bytes > kMostBytes)
        return Error{ErrorKind::bad_data, path + ": larger than 256 MB, not a golden file"};
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return Error{ErrorKind::no_input, path + ": cannot be read"};
    const auto shallow = [](int depth, json::parse_event_t, json&) {
        if (depth > kMostDepth) throw Refusal{"", "nested deeper than 16 levels"};
        return true;
    };
    try {
        return json::parse(stream, shallow);
    } catch (const json::exception& error) {
        return Error{ErrorKind::bad_data, path + ": not JSON: " + error.what()};
    } catch (const Refusal& refusal) {
        return Error{ErrorKind::bad_data, path + ": " + refusal.message};
    }
}

}  // namespace

Result<GoldenFile> read_golden(const std::string& path) {
    const Result<json> root = read_json(path);
    if (!root) return root.error();
    try {
        return parse(*root, path);
    } catch (const Refusal& refusal) {
        return Error{ErrorKind::bad_data, path + ": " +
                                              (refusal.pointer.empty() ? "/" : refusal.pointer) +
                                              ": " + refusal.message};
    }
}

}  // namespace slay

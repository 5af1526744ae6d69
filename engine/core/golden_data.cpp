#include "engine/core/golden_data.h"

#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/core/journal.h"
#include "engine/core/json_text.h"
#include "engine/core/units.h"

namespace slay {
namespace {

using nlohmann::json;

constexpr std::size_t most_bytes = std::size_t{256} << 20;
constexpr std::int64_t most_elements = std::int64_t{1} << 24;  // of one tensor
constexpr std::size_t most_dimensions = 8;
constexpr std::size_t most_name_bytes = 64;

// Thrown inside this file only; becomes the Error of read_golden_data.
struct Refusal {
    std::string pointer;
    std::string message;
};

std::string describe(const json& value) {
    if (value.is_array()) return "a list";
    if (value.is_object()) return "an object";
    return clean_text(value.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace),
                      40);
}

// A key as a step of a JSON pointer, cut to a length that fits a line.
std::string step(const std::string& key) {
    return clean_text(pointer_step(key), most_name_bytes);
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

GoldenTensor tensor(const json& object, const std::string& parent, const std::string& key) {
    const std::string pointer = parent + step(key);
    const json& holder = member(object, parent, key);
    const json& shape = member(holder, pointer, "shape");
    const json& data = member(holder, pointer, "data");
    if (!shape.is_array() || shape.size() > most_dimensions)
        throw Refusal{pointer + "/shape", "expected a list of up to 8 sizes"};
    GoldenTensor result;
    std::int64_t count = 1;
    for (const json& size : shape) {
        if (!size.is_number_integer() || size < 1 || size > most_elements)
            throw Refusal{pointer + "/shape/" + std::to_string(result.sizes.size()),
                          describe(size) + " is not a positive size"};
        result.sizes.push_back(size.get<std::int64_t>());
        count *= result.sizes.back();
        if (count > most_elements) throw Refusal{pointer + "/shape", "the tensor is too large"};
    }
    if (!data.is_array() || data.size() != static_cast<std::size_t>(count))
        throw Refusal{pointer + "/data",
                      "expected a list of " + std::to_string(count) + " numbers"};
    result.values.reserve(data.size());
    for (const json& value : data) {
        const double number =
            value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
        if (!std::isfinite(number))
            throw Refusal{pointer + "/data/" + std::to_string(result.values.size()),
                          describe(value) + " is not a finite number"};
        result.values.push_back(number);
    }
    return result;
}

std::string shown(const std::vector<std::int64_t>& sizes) {
    std::string text;
    for (const std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
    return '[' + text + ']';
}

GoldenTensor heads_tensor(const json& object, const std::string& parent, const std::string& key,
                          const GoldenData& file) {
    GoldenTensor result = tensor(object, parent, key);
    const std::vector<std::int64_t> expected{file.batch, file.heads, file.length, file.head_dim};
    if (result.sizes != expected)
        throw Refusal{parent + "/" + key + "/shape",
                      "the shape is " + shown(result.sizes) + ", expected " + shown(expected)};
    return result;
}

GoldenVariantData variant(const std::string& name, const json& object, const GoldenData& file) {
    const std::string pointer = "/variants" + step(name);
    GoldenVariantData result;
    result.name = clean_text(name, most_name_bytes);
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

GoldenData parse(const json& root, const std::string& path) {
    if (!root.is_object()) throw Refusal{"", "expected an object"};
    GoldenData file;
    file.name = clean_text(std::filesystem::path(path).stem().string(), most_name_bytes);
    const json& causal = member(root, "", "causal");
    if (!causal.is_boolean()) throw Refusal{"/causal", "expected true or false"};
    file.causal = causal.get<bool>();
    file.batch = integer(root, "batch", 1024);
    file.length = integer(root, "length", 4096);
    file.heads = integer(root, "heads", 1024);
    file.head_dim = integer(root, "head_dim", 256);
    if (file.head_dim % 4 != 0) throw Refusal{"/head_dim", "expected a multiple of 4"};
    if (file.batch * file.heads * file.length * file.length > most_elements)
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

}  // namespace

Result<GoldenData> read_golden_data(const std::string& path) {
    const Result<std::string> text = read_text_file(path, most_bytes);
    if (!text) return text.error();
    const Result<json> root = parse_json(*text, path);
    if (!root) return root.error();
    try {
        return parse(*root, path);
    } catch (const Refusal& refusal) {
        return Error{ErrorKind::bad_data,
                     located(path, std::nullopt, refusal.pointer.empty() ? "/" : refusal.pointer,
                             refusal.message)};
    }
}

}  // namespace slay

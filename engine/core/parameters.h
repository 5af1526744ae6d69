// The parameters of a measured point, by the ids that other programs rely on:
// length, batch, heads, width (E), head_dim, dtype, causal, lane, pass, nodes (R), prf_features
// (M), poly_features (P), epsilon, seed, device, inputs, orthogonal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/core/result.h"

namespace slay {

using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;

std::string to_text(const ParameterValue& value);  // "true", "4096", "1e-06", "layer"

// An ordered map from parameter id to value, with checked access.
class Parameters {
  public:
    using Map = std::map<std::string, ParameterValue, std::less<>>;

    void set(std::string id, ParameterValue value) { values_[std::move(id)] = std::move(value); }
    void erase(std::string_view id);
    bool has(std::string_view id) const { return values_.find(id) != values_.end(); }
    const ParameterValue* find(std::string_view id) const;

    // The value under `id`, or `fallback` where it is absent or of another type.
    std::int64_t integer(std::string_view id, std::int64_t fallback = 0) const;
    double real(std::string_view id, double fallback = 0) const;  // accepts an integer too
    bool flag(std::string_view id, bool fallback = false) const;
    std::string text(std::string_view id, std::string fallback = {}) const;

    Map::const_iterator begin() const { return values_.begin(); }
    Map::const_iterator end() const { return values_.end(); }
    std::size_t size() const { return values_.size(); }
    bool operator==(const Parameters&) const = default;

  private:
    Map values_;
};

enum class ParameterKind { integer, real, flag, choice };

// One row of the parameter schema: editors, validation, --help and tables read it.
struct ParameterInfo {
    std::string id;      // "length"
    std::string axis;    // its key under /sweep in a preset: "lengths"
    std::string label;   // for people: "Length L"
    std::string symbol;  // in the paper: "L"; empty where there is none
    std::string unit;    // "tokens"; empty for a pure number
    std::string help;    // one sentence
    ParameterKind kind = ParameterKind::integer;
    double minimum = 0;  // of integers and reals
    double maximum = 0;
    std::vector<std::string> choices;  // of a choice
    ParameterValue fallback;           // the default
    bool operator==(const ParameterInfo&) const = default;
};

// The value as this parameter takes it (an integer given for a real becomes a real), or what is
// wrong with it: "-5 is not a positive integer".
Result<ParameterValue> accept_value(const ParameterInfo& info, const ParameterValue& value);

}  // namespace slay

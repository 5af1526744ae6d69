// The element types of q, k, v and of the weights.
#pragma once

#include <optional>
#include <string_view>

namespace slay {

enum class DataType { float64, float32, bfloat16, float16 };

std::string_view to_string(DataType type);
std::optional<DataType> parse_data_type(std::string_view text);
int bytes_of(DataType type);  // of one element

}  // namespace slay

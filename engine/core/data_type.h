// The element types of q, k, v and of the weights.
#pragma once

#include <optional>
#include <string_view>

namespace slay {

// tf32: float32 in memory; matrix products may round their operands to TF32's 11 significant bits
// on a GPU. A lane of its own beside float32, whose products keep float32's accuracy.
enum class DataType { float64, float32, tf32, bfloat16, float16 };

std::string_view to_string(DataType type);
std::optional<DataType> parse_data_type(std::string_view text);
int bytes_of(DataType type);  // of one element

}  // namespace slay

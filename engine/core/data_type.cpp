#include "engine/core/data_type.h"

namespace slay {

std::string_view to_string(DataType type) {
    switch (type) {
        case DataType::float64:
            return "float64";
        case DataType::float32:
            return "float32";
        case DataType::tf32:
            return "tf32";
        case DataType::bfloat16:
            return "bfloat16";
        case DataType::float16:
            return "float16";
    }
    return "unknown";
}

std::optional<DataType> parse_data_type(std::string_view text) {
    for (const DataType type : {DataType::float64, DataType::float32, DataType::tf32,
                                DataType::bfloat16, DataType::float16})
        if (text == to_string(type)) return type;
    return std::nullopt;
}

int bytes_of(DataType type) {
    switch (type) {
        case DataType::float64:
            return 8;
        case DataType::float32:
        case DataType::tf32:
            return 4;
        case DataType::bfloat16:
        case DataType::float16:
            return 2;
    }
    return 4;
}

}  // namespace slay

// resources/findings/*.json as text; CMake writes the definition.
#pragma once

#include <span>
#include <string_view>

namespace slay {

struct FindingFile {
    std::string_view id;  // the file's stem
    std::string_view text;
};
std::span<const FindingFile> finding_files();

}  // namespace slay

// resources/anchors/*.json as text; CMake writes the definition.
#pragma once

#include <span>
#include <string_view>

namespace slay {

struct PublishedFile {
    std::string_view id;  // the file's stem
    std::string_view text;
};
std::span<const PublishedFile> published_files();

}  // namespace slay

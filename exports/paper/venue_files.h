// resources/venues/*.json as text; CMake writes the definition.
#pragma once

#include <span>
#include <string_view>

namespace slay {

struct VenueFile {
    std::string_view id;  // the file's stem
    std::string_view text;
};
std::span<const VenueFile> venue_files();

}  // namespace slay

// What was built: filled in by the build (packaging/cmake/SlayBuildInfo.cmake).
#pragma once

#include <string_view>

namespace slay {

struct BuildInfo {
    std::string_view version;       // "0.1.0"
    std::string_view git_revision;  // 40 hex digits, or "unknown" outside a git checkout
    bool git_dirty;                 // tracked files differ from that revision
    std::string_view build_type;    // "Release"
    std::string_view sanitizers;    // "address,undefined"; empty without
    std::string_view compiler;      // "GNU 12.2.0"
};

const BuildInfo& build_info();

}  // namespace slay

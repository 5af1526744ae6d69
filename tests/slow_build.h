// What differs in a build with a sanitizer: the limits of time and memory that a test sets, or
// waits for, are multiplied by how much longer the same takes.
#pragma once

#include "engine/core/build_info.h"

namespace slay {

// 1 without a sanitizer. Under ThreadSanitizer the start of a process alone takes seconds on a busy
// machine.
inline double slow_build() {
    const auto built_with = [](std::string_view name) {
        return build_info().sanitizers.find(name) != std::string_view::npos;
    };
    return built_with("thread") ? 10 : built_with("address") ? 4 : 1;
}

// A wait of `milliseconds`, as QTest and QProcess take it.
inline int patient(int milliseconds) {
    return static_cast<int>(milliseconds * slow_build());
}

// What a child needs in ASAN_OPTIONS and TSAN_OPTIONS, so that what is made to crash in it ends by
// its signal in a build with a sanitizer, too.
inline constexpr const char* crash_by_signal = ":handle_segv=0:handle_sigfpe=0:handle_abort=0";

}  // namespace slay

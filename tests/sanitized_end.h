// For the main file of a program that a test lets crash, or run out of memory: built with a
// sanitizer it ends as without, by the signal, not with a report and an exit code, and an
// allocation that fails says so to who asked.
#pragma once

// Asked before the sanitizer is ready, so not themselves looked at.
extern "C" __attribute__((no_sanitize("address"))) const char* __asan_default_options();
extern "C" __attribute__((no_sanitize("thread"))) const char* __tsan_default_options();

#define SLAY_SIGNALS_ARE_ITS_END "handle_segv=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0"

const char* __asan_default_options() {
    return SLAY_SIGNALS_ARE_ITS_END ":allocator_may_return_null=1";
}
const char* __tsan_default_options() {
    // An end takes no second.
    return SLAY_SIGNALS_ARE_ITS_END ":allocator_may_return_null=1:atexit_sleep_ms=0";
}

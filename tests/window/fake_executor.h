// An executor for tests of the window: it measures nothing and answers in given time, with figures
// that depend on the point alone.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "engine/run/executor.h"

namespace slay {

struct FakeBehaviour {
    std::chrono::microseconds sample{1000};  // one sample takes
    int samples = 10;                        // of a point
    std::chrono::milliseconds load{0};       // loading the engine takes
    std::string load_error;
    std::set<std::string> unsupported;     // variants
    std::int64_t longest = 1'000'000'000;  // of a quadratic variant: then out of memory
};

// What the fake did, for the tests to read from the other thread.
struct FakeTrace {
    std::atomic<bool> hold_load{false};  // set by a test: loading waits until it is taken back
    std::atomic<int> points{0};
    std::atomic<bool> gui_thread_used{false};
};

std::function<Result<std::unique_ptr<Executor>>()> fake_factory(FakeBehaviour behaviour,
                                                                FakeTrace* trace = nullptr);

}  // namespace slay

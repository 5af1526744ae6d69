#include "engine/measure/probe_process.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "engine/core/units.h"
#include "engine/run/worker_protocol.h"

namespace slay {
namespace {

constexpr int kLookMilliseconds = 20;  // how late a stop can be noticed
constexpr double kSendSeconds = 30;    // until the child has taken the request
constexpr std::size_t kLongestAnswer = 1 << 20;

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

fs::path folder_of_this_library() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&find_probe_command), &info) == 0) return {};
    std::error_code ignored;
    return fs::canonical(info.dli_fname, ignored).parent_path();
}

}  // namespace

std::optional<ProbeCommand> find_probe_command() {
    std::error_code ignored;
    const fs::path library = folder_of_this_library();
    const fs::path program = fs::canonical("/proc/self/exe", ignored).parent_path();
    for (const fs::path& folder : {library, library / "../../bin", library / "../bin", program}) {
        const fs::path candidate = folder / "slay-bench";
        if (access(candidate.c_str(), X_OK) == 0) {
            return ProbeCommand{.program = fs::canonical(candidate, ignored).string()};
        }
    }
    return std::nullopt;
}

// The child closed its output: wait for its end and say how it ended.
ProbeAnswer ProbeProcess::death() {
    const ChildEnd end = child_->wait();
    child_.reset();
    return {.kind = ProbeAnswer::Kind::died,
            .text = fmt::format("its process {}", end.text()),
            .signal = end.signal};
}

ProbeAnswer ProbeProcess::ask(const std::string& request, double timeout_seconds,
                              const RunControl& control) {
    using Kind = ProbeAnswer::Kind;
    if (child_ && child_->has_exited()) child_.reset();  // it died idle
    if (!child_) {
        // Without GPUs, and without MKL's cache of freed buffers, which would hide them from the
        // next point.
        auto started = ChildProcess::start({command_.program,
                                            command_.arguments,
                                            {"CUDA_VISIBLE_DEVICES=", "MKL_DISABLE_FAST_MM=1"}});
        if (!started) return {.kind = Kind::not_started, .text = started.error().message};
        child_ = std::move(*started);
    }
    if (!child_->send(request + "\n", kSendSeconds)) return death();

    const auto deadline = Clock::now() + std::chrono::duration<double>(timeout_seconds);
    LineBuffer lines(kLongestAnswer);
    for (;;) {
        if (auto line = lines.next()) return {.kind = Kind::answered, .text = std::move(*line)};
        if (control.stop_requested()) {
            end();
            return {.kind = Kind::stopped, .text = "stopped"};
        }
        if (Clock::now() > deadline) {
            end();
            return {.kind = Kind::timed_out,
                    .text = fmt::format("no answer within {}", format_duration(timeout_seconds))};
        }
        if (!child_->read(lines.bytes(), kLookMilliseconds)) return death();
    }
}

}  // namespace slay

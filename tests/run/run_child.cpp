// Runs a sweep of 200 quick points in a folder, resuming what is there, and acknowledges every
// finished point on standard output. run_child FOLDER MICROSECONDS_PER_SAMPLE [MAX_FILE_BYTES]
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "engine/run/runner.h"
#include "tests/core/core_samples.h"
#include "tests/run/fake_executor.h"

using namespace slay;

int main(int argc, char** argv) {
    if (argc < 3) return 64;
    const long pause = std::atol(argv[2]);
    if (argc > 3) {
        signal(SIGXFSZ, SIG_IGN);
        const rlim_t bytes = static_cast<rlim_t>(std::atoll(argv[3]));
        const rlimit limit{bytes, bytes};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    std::string lengths;
    for (int i = 1; i <= 100; ++i) lengths += (i > 1 ? "," : "") + std::to_string(64 * i);
    const SweepSpec spec = samples::spec(
        R"(, "experiments": ["latency"], "variants": ["standard", "linear"],
           "sweep": {"heads": [2], "widths": [32], "lengths": [)" +
        lengths + "]}");

    fake::FakeExecutor executor;
    executor.rounds = 6;
    executor.on_group = [&](std::span<const Point>, const ExecutionContext&) {
        std::this_thread::sleep_for(std::chrono::microseconds(pause));
        return false;
    };
    RunControl control;
    const auto result =
        run_spec(spec, executor, control, {argv[1], true, false}, [](const Event& event) {
            const auto* finished = std::get_if<PointFinished>(&event.body);
            if (!finished) return;
            const std::string line = finished->point + '\n';
            if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(1);
        });
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        return exit_code(result.error().kind);
    }
    return 0;
}

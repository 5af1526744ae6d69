// Runs a sweep of 200 quick points in a folder, resuming what is there, and acknowledges every
// finished point on standard output.
//   run_child FOLDER MICROSECONDS [MAX_FILE_BYTES [WORKER ARGUMENTS...]]
// MICROSECONDS: what a group takes (with a worker: what a sample takes).
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "engine/run/runner.h"
#include "engine/run/worker_executor.h"
#include "tests/core/core_samples.h"
#include "tests/run/fake_executor.h"

using namespace slay;

int main(int argc, char** argv) {
    if (argc < 3) return 64;
    const long pause = std::atol(argv[2]);
    if (argc > 3 && std::atoll(argv[3]) > 0) {
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
    std::unique_ptr<Executor> workers;
    if (argc > 4) {
        ChildCommand command{
            argv[4], {argv + 5, argv + argc}, {"WORKER_CHILD_SAMPLE_US=" + std::to_string(pause)}};
        auto started = WorkerExecutor::start(command);
        if (!started) {
            std::fprintf(stderr, "%s\n", started.error().message.c_str());
            return 70;
        }
        workers = std::move(*started);
    }
    Executor& measuring = workers ? *workers : executor;
    RunControl control;
    const auto result =
        run_spec(spec, measuring, control, {argv[1], true, false}, [](const Event& event) {
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

// In which process points are measured.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/run/executor.h"
#include "engine/run/worker_link.h"

namespace slay {

enum class ExecutorChoice {
    automatic,   // GPUs in workers, the CPU in this process
    in_process,  // a point that crashes ends the program
    worker,      // all of it in workers
};
inline constexpr std::string_view executor_words = "auto, in-process, worker";
std::optional<ExecutorChoice> parse_executor_choice(std::string_view word);

// Loads the engine or starts the first worker; seconds may pass. With `automatic`, the CPU is
// measured here: a worker's lines, read on another core meanwhile, would disturb it.
Result<std::unique_ptr<Executor>> make_executor(ExecutorChoice choice,
                                                const WorkerLimits& limits = {});

// Whether it measures in workers and nowhere else: what it runs cannot harm this process.
bool measures_elsewhere(const Executor& executor);

// `automatic` over two others; each is made when a device of its kind is first asked for.
using ExecutorMaker = std::function<Result<std::unique_ptr<Executor>>()>;
std::unique_ptr<Executor> gpu_elsewhere(std::unique_ptr<Executor> gpu, ExecutorMaker make_cpu);

}  // namespace slay

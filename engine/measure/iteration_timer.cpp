#include "engine/measure/iteration_timer.h"

#include <ATen/ops/empty.h>

#include <chrono>

namespace slay {
namespace {

// Releases also when the measured part throws, so that the next iteration finds the memory free.
struct Released {
    MeasuredPass& pass;
    ~Released() { pass.release(); }
};

}  // namespace

IterationTimer::IterationTimer(std::optional<int> gpu, double flush_bytes) {
    if (!gpu) return;
    stopwatch_ = make_gpu_stopwatch(*gpu);
    if (flush_bytes > 0) {
        const at::Device device(at::kCUDA, static_cast<at::DeviceIndex>(*gpu));
        flush_buffer_ = at::empty({static_cast<std::int64_t>(flush_bytes)},
                                  at::TensorOptions().dtype(at::kByte).device(device));
    }
}

double IterationTimer::time_ms(MeasuredPass& pass) {
    const Released released{pass};
    pass.prepare();
    if (stopwatch_) {
        if (flush_buffer_.defined()) flush_buffer_.zero_();
        stopwatch_->start();
        pass.run();
        return stopwatch_->stop();
    }
    const auto begin = std::chrono::steady_clock::now();
    pass.run();
    const auto end = std::chrono::steady_clock::now();
    return std::chrono::duration<double, std::milli>(end - begin).count();
}

}  // namespace slay

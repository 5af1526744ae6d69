#include "engine/measure/failure.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <array>
#include <new>
#include <string_view>

#include "engine/core/units.h"
#include "engine/measure/gpu.h"

namespace slay {
namespace {

// Out-of-memory by name, wherever it comes from.
constexpr std::array<std::string_view, 8> kMemoryWords{"out of memory",
                                                       "can't allocate memory",
                                                       "CUBLAS_STATUS_ALLOC_FAILED",
                                                       "CUDNN_STATUS_ALLOC_FAILED",
                                                       "CUSOLVER_STATUS_ALLOC_FAILED",
                                                       "cudaErrorMemoryAllocation",
                                                       "Cannot allocate memory",
                                                       "std::bad_alloc"};

// Libraries that report a failed allocation of their own as an internal error.
constexpr std::array<std::string_view, 3> kDisguises{"CUDNN_STATUS_INTERNAL_ERROR",
                                                     "CUDNN_STATUS_EXECUTION_FAILED",
                                                     "CUBLAS_STATUS_NOT_INITIALIZED"};
// Such an error counts as one of memory when less than this share of the device is left.
constexpr double kNearTheLimit = 0.1;

template <typename Words>
bool mentions(std::string_view text, const Words& words) {
    for (const std::string_view word : words) {
        if (text.find(word) != std::string_view::npos) return true;
    }
    return false;
}

std::string first_line(std::string_view text) {
    return clean_text(text.substr(0, text.find('\n')), 400);
}

bool near_the_limit(int gpu) {
    const double free = gpu_free_bytes(gpu);
    for (const GpuInfo& info : list_gpus()) {
        if (info.index == gpu) return free < kNearTheLimit * info.memory_bytes;
    }
    return false;
}

}  // namespace

Failure classify_failure(const std::exception_ptr& exception, std::optional<int> gpu) {
    Failure failure;
    std::string text;
    try {
        std::rethrow_exception(exception);
    } catch (const c10::OutOfMemoryError& error) {
        failure.out_of_memory = true;
        text = error.what_without_backtrace();
    } catch (const c10::Error& error) {
        text = error.what_without_backtrace();
    } catch (const std::bad_alloc&) {
        failure.out_of_memory = true;
        text = "the allocation failed";
    } catch (const std::exception& error) {
        text = error.what();
    } catch (...) {
        text = "an exception without a message";
    }
    failure.message = first_line(text);
    failure.out_of_memory = failure.out_of_memory || mentions(text, kMemoryWords);
    if (!gpu) return failure;

    const std::string sticky = gpu_context_error(*gpu);
    if (!sticky.empty()) {
        failure.context_lost = true;
        failure.out_of_memory = false;  // whatever began it, the process cannot go on
        failure.message = fmt::format("{} ({})", failure.message, sticky);
        return failure;
    }
    if (!failure.out_of_memory && mentions(text, kDisguises)) {
        failure.out_of_memory = near_the_limit(*gpu);
    }
    return failure;
}

PointResult without_figures(PointState state, std::string reason) {
    PointResult result;
    result.state = state;
    result.reason = std::move(reason);
    return result;
}

PointResult failed_result(const Failure& failure, const Point& point, double free_bytes) {
    PointResult result;
    const std::string where =
        fmt::format("{} at L = {}", point.variant,
                    format_count(static_cast<double>(point.parameters.integer("length"))));
    if (failure.context_lost) {
        result.state = PointState::failed;
        result.reason = fmt::format("CUDA context lost in {}: {}.", where, failure.message);
    } else if (failure.out_of_memory) {
        result.state = PointState::out_of_memory;
        const bool foreseen = point.prediction.peak_bytes > free_bytes;
        result.reason = fmt::format(
            "Not enough memory for {} ({} {}, {} free). Take a shorter length, a smaller batch or "
            "a "
            "variant whose memory is linear in L.",
            where, foreseen ? "needs about" : "needs more than the predicted",
            format_bytes(point.prediction.peak_bytes), format_bytes(free_bytes));
        result.notes["error"] = failure.message;
    } else {
        result.state = PointState::failed;
        result.reason = fmt::format("{} failed: {}", where, failure.message);
    }
    return result;
}

}  // namespace slay

#include "engine/training/batches.h"

#include <ATen/ATen.h>

#include <cstring>

#include "engine/text/masking.h"

namespace slay {
namespace {

std::span<std::int64_t> window_of(std::vector<std::int64_t>& windows, std::int64_t index,
                                  std::int64_t length) {
    return std::span(windows).subspan(static_cast<std::size_t>(index * length),
                                      static_cast<std::size_t>(length));
}

}  // namespace

Batches::Batches(const TokenSource& source, const TrainingSetup& setup, at::Device device)
    : source_(source), setup_(setup), device_(device) {}

at::Tensor Batches::on_device(const std::vector<std::int64_t>& values,
                              at::IntArrayRef sizes) const {
    at::Tensor out = at::empty(sizes, at::kLong);
    std::memcpy(out.mutable_data_ptr<std::int64_t>(), values.data(),
                values.size() * sizeof(std::int64_t));
    return out.to(device_);
}

Batch Batches::causal(const std::vector<std::int64_t>& windows) const {
    const at::Tensor all = on_device(windows, {setup_.batch, setup_.length + 1});
    return {all.narrow(1, 0, setup_.length).contiguous(),
            {},
            all.narrow(1, 1, setup_.length).reshape({-1})};
}

Batch Batches::masked(std::vector<std::int64_t> windows, std::uint64_t seed, const char* stream,
                      std::uint64_t first_window) const {
    const CounterRandom random(seed, stream);
    const auto words = 3 * static_cast<std::uint64_t>(setup_.length);
    const std::vector<std::int64_t> before = windows;
    std::vector<std::int64_t> rows, targets;
    for (std::int64_t b = 0; b < setup_.batch; ++b) {
        const auto positions = mask_window(window_of(windows, b, setup_.length),
                                           source_.vocabulary(), source_.mask_token(), random,
                                           (first_window + static_cast<std::uint64_t>(b)) * words);
        for (const std::int64_t position : positions) {
            rows.push_back(b * setup_.length + position);
            targets.push_back(before[static_cast<std::size_t>(rows.back())]);
        }
    }
    const auto count = static_cast<std::int64_t>(rows.size());
    return {on_device(windows, {setup_.batch, setup_.length}), on_device(rows, {count}),
            on_device(targets, {count})};
}

Batch Batches::training(std::int64_t step, std::int64_t part) const {
    const std::int64_t length = window_length();
    const std::int64_t first =
        ((step - 1) * setup_.accumulation + part) * setup_.batch;  // of the run's windows
    std::vector<std::int64_t> windows(static_cast<std::size_t>(setup_.batch * length));
    for (std::int64_t b = 0; b < setup_.batch; ++b)
        source_.training_window(setup_.seed, static_cast<std::uint64_t>(first + b),
                                window_of(windows, b, length));
    if (setup_.objective == Objective::causal_lm) return causal(windows);
    return masked(std::move(windows), setup_.seed, "masks/training",
                  static_cast<std::uint64_t>(first));
}

std::vector<std::int64_t> Batches::validation_windows(std::int64_t index) const {
    const std::int64_t length = window_length();
    const auto count = static_cast<std::uint64_t>(validation_batches * setup_.batch);
    std::vector<std::int64_t> windows(static_cast<std::size_t>(setup_.batch * length));
    for (std::int64_t b = 0; b < setup_.batch; ++b)
        source_.validation_window(static_cast<std::uint64_t>(index * setup_.batch + b), count,
                                  window_of(windows, b, length));
    return windows;
}

Batch Batches::validation(std::int64_t index) const {
    std::vector<std::int64_t> windows = validation_windows(index);
    if (setup_.objective == Objective::causal_lm) return causal(windows);
    return masked(std::move(windows), 0, "masks/validation",
                  static_cast<std::uint64_t>(index * setup_.batch));
}

std::optional<double> Batches::validation_bound() const {
    if (setup_.objective != Objective::causal_lm) return std::nullopt;
    double sum = 0;
    for (std::int64_t index = 0; index < validation_batches; ++index) {
        std::vector<std::int64_t> windows = validation_windows(index);
        for (std::int64_t b = 0; b < setup_.batch; ++b) {
            const auto loss = source_.surprisal(window_of(windows, b, window_length()));
            if (!loss) return std::nullopt;
            sum += *loss;
        }
    }
    return sum / static_cast<double>(validation_batches * setup_.batch);
}

}  // namespace slay

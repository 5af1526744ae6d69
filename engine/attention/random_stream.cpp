#include "engine/attention/random_stream.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "engine/core/counter_draws.h"

namespace slay {
namespace {

constexpr std::int64_t kGrain = 4096;

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view name)
    : key_(CounterRandom::key_of(seed, name)) {}

std::uint64_t RandomStream::word(std::uint64_t index) const {
    return CounterRandom::word_of(key_, index);
}

at::Tensor RandomStream::normal(at::IntArrayRef shape) {
    at::Tensor out = at::empty(shape, at::kDouble);
    double* data = out.data_ptr<double>();
    const std::int64_t count = out.numel();
    const std::int64_t pairs = (count + 1) / 2;
    const std::uint64_t first = next_;
    at::parallel_for(0, pairs, kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::uint64_t index = first + 2 * static_cast<std::uint64_t>(i);
            const NormalPair pair = normal_pair(key_, index);
            data[2 * i] = pair.first;
            if (2 * i + 1 < count) data[2 * i + 1] = pair.second;
        }
    });
    next_ += 2 * static_cast<std::uint64_t>(pairs);
    return out;
}

at::Tensor RandomStream::signs(at::IntArrayRef shape) {
    at::Tensor out = at::empty(shape, at::kDouble);
    double* data = out.data_ptr<double>();
    for (std::int64_t i = 0; i < out.numel(); ++i) data[i] = sign_of_word(word(next_++));
    return out;
}

at::Tensor RandomStream::integers(at::IntArrayRef shape, std::int64_t below) {
    at::Tensor out = at::empty(shape, at::kLong);
    std::int64_t* data = out.data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < out.numel(); ++i)
        data[i] = integer_of_word(word(next_++), below);
    return out;
}

at::Tensor RandomStream::unit_vectors(std::int64_t count, std::int64_t dimension) {
    const at::Tensor directions = normal({count, dimension});
    return directions / directions.norm(2, {-1}, /*keepdim=*/true);
}

}  // namespace slay

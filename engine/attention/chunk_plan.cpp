#include "engine/attention/chunk_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace slay {
namespace {

// Elements of the largest scratch tensor: enough work for a GPU to hide its launches; on a CPU,
// what stays in its caches.
constexpr std::int64_t kGpuElements = std::int64_t{1} << 25;
constexpr std::int64_t kCpuElements = std::int64_t{1} << 20;
// Elements of the score matrix up to which short sequences take the product form alone.
constexpr std::int64_t kGpuScores = std::int64_t{1} << 25;
constexpr std::int64_t kCpuScores = std::int64_t{1} << 22;

std::int64_t power_of_two(double value) {
    return std::int64_t{1} << std::max(0, static_cast<int>(std::lround(std::log2(value))));
}

}  // namespace

ChunkPlan choose_plan(const PassShape& shape) {
    const std::int64_t features = std::max<std::int64_t>(shape.outer, 1) * shape.inner;
    const double state = static_cast<double>(features) * static_cast<double>(shape.columns);
    const double per_pair = static_cast<double>(shape.outer + shape.inner + shape.columns);

    // Traffic per position is 4 F D / C of chunk states and 6 C of scores: least at this C.
    std::int64_t chunk = std::clamp<std::int64_t>(power_of_two(std::sqrt(state * 2 / 3)), 64, 1024);
    const std::int64_t budget = shape.cuda ? kGpuElements : kCpuElements;
    while (chunk > 64 && shape.batch_heads * chunk * features > 2 * budget) chunk /= 2;

    // The product form alone costs L pairs a row, the chunked one C pairs and two state products.
    const double crossover = static_cast<double>(shape.causal ? chunk : 0) + state / per_pair;
    const std::int64_t most_scores = shape.cuda ? kGpuScores : kCpuScores;
    const bool short_enough = shape.length <= (shape.causal ? chunk : 64) ||
                              static_cast<double>(shape.length) <= crossover;
    const bool small_enough =
        shape.length <= 64 ||
        shape.length <= most_scores / std::max<std::int64_t>(1, shape.batch_heads * shape.length);
    if (short_enough && small_enough) return {shape.length, shape.length};

    const std::int64_t widest = std::max(features, chunk);
    const std::int64_t positions = std::max(chunk, budget / (shape.batch_heads * widest));
    const std::int64_t chunks = std::min(positions, shape.length + chunk - 1) / chunk;
    const std::int64_t block = chunk * std::max<std::int64_t>(1, chunks);
    // Without a causal mask there is nothing inside a block to keep apart.
    return shape.causal ? ChunkPlan{chunk, block} : ChunkPlan{block, block};
}

}  // namespace slay

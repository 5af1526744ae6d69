// The sequence whose attention is looked at: random, clustered, or of a trained model.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/core/counter_draws.h"
#include "engine/core/input_clusters.h"
#include "engine/explore/fast_draws.h"
#include "engine/explore/parts.h"

namespace slay::explore {
namespace {

constexpr double smallest_norm = 1e-12;

// u^ = u / max(||u||, 1e-12), row by row.
void normalise_rows(std::vector<double>& rows, int dimension) {
    const auto d = static_cast<std::size_t>(dimension);
    for (std::size_t begin = 0; begin < rows.size(); begin += d) {
        double square = 0;
        for (std::size_t a = 0; a < d; ++a) square += rows[begin + a] * rows[begin + a];
        const double norm = std::max(std::sqrt(square), smallest_norm);
        for (std::size_t a = 0; a < d; ++a) rows[begin + a] /= norm;
    }
}

// As the core lane draws its q and k (engine/experiments/shared_inputs.cpp) at one head.
std::vector<double> draw_rows(const Request& request, const char* name, bool clustered) {
    const auto length = static_cast<std::size_t>(request.length);
    const auto d = static_cast<std::size_t>(request.head_dim);
    std::vector<double> rows = fast_normals(request.seed, name, length * d);
    if (!clustered) return rows;
    const std::vector<double> centres =
        fast_normals(request.seed, "inputs/centres", static_cast<std::size_t>(input_clusters) * d);
    const std::vector<std::int64_t> cluster =
        CounterDraws(request.seed, "inputs/cluster").integers(length, input_clusters);
    for (std::size_t i = 0; i < length; ++i)
        for (std::size_t a = 0; a < d; ++a)
            rows[i * d + a] = rows[i * d + a] * cluster_noise +
                              centres[static_cast<std::size_t>(cluster[i]) * d + a];
    return rows;
}

std::vector<double> first_rows(const std::vector<float>& values, int length, int dimension) {
    const auto count = static_cast<std::size_t>(length) * static_cast<std::size_t>(dimension);
    return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

Sequence make_sequence(const Request& request) {
    Sequence out;
    if (request.inputs == Inputs::trained) {
        const QkvHead& head = *request.trained;
        out.length = std::min(request.length, head.length);
        out.dimension = head.dimension;
        out.q = first_rows(head.q, out.length, out.dimension);
        out.k = first_rows(head.k, out.length, out.dimension);
        out.v = first_rows(head.v, out.length, out.dimension);
        out.origin = head.origin;
    } else {
        const bool clustered = request.inputs == Inputs::clustered;
        out.length = request.length;
        out.dimension = request.head_dim;
        out.q = draw_rows(request, "inputs/q", clustered);
        out.k = draw_rows(request, "inputs/k", clustered);
        out.v = draw_rows(request, "inputs/v", false);
        out.origin = fmt::format("{}, seed {}", to_string(request.inputs), request.seed);
    }
    normalise_rows(out.q, out.dimension);
    normalise_rows(out.k, out.dimension);
    return out;
}

}  // namespace slay::explore

// What the tests of the attention variants measure. LibTorch stays behind these functions, since
// its headers and Qt's do not go into one file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slay::checks {

// ---- random features (feature_checks.cpp)

// A Monte Carlo mean beside what it should be.
struct Estimate {
    double mean = 0;
    double standard_error = 0;
    double expected = 0;
    double deviations() const;  // |mean - expected| / standard error
};

// <prf(u), prf(v)> for one node s at u.v = x against exp(2 s x).
Estimate exponential_estimate(double s, double x);

// The kernel that a linearised variant estimates, averaged over seeds, at q^.k^ = x, against its
// closed form under the quadrature.
Estimate kernel_estimate(std::string_view variant, double x);

// The least estimated kernel value over many random pairs and seeds.
double least_kernel(std::string_view variant);

// Root mean square error of poly(u).poly(v) against (u.v)^2 with P features (d = 8).
double polynomial_error(std::string_view variant, std::int64_t poly_features);

// Largest |cosine| between two columns of one block of an orthogonal performer's projection.
double largest_column_cosine();

// The variant's buffers are the same for the same seed, and differ between seeds where random.
bool seeds_reproduce(std::string_view variant);

// The first numbers of RandomStream(seed, name).
std::vector<double> first_normals(std::uint64_t seed, std::string_view name, int count);

// ---- gradients (gradient_checks.cpp)

struct GradientCase {
    std::string variant;
    bool causal = true;
    bool chunked = false;
};

// Backward pass in float64 against central differences of the forward pass: relative L2 over a
// spread of entries of q, k and v.
double gradient_error(const GradientCase& of);

// ---- behaviour (behaviour_checks.cpp)

std::vector<std::string> variant_names();

// Largest change of a row when only later tokens change (causal, chunked).
double leak_from_future(std::string_view variant);

struct NonPositiveRows {
    std::int64_t counted = 0;  // by Attention::nonpositive_rows
    std::int64_t plain = 0;    // of the plain form's denominators
    std::int64_t rows = 0;
};
NonPositiveRows nonpositive_rows(std::string_view variant);

// yat-spherical with k = q, where x rounds to either side of 1: relative error of the output
// against the plain form, and whether the gradients are finite.
struct ParallelCase {
    double output_error = 0;
    bool finite_gradients = false;
};
ParallelCase parallel_vectors(std::string_view data_type);

// The message of the exception that check_registry throws for a damaged list; empty if none.
std::string registry_complaint(std::string_view damage);  // "none", "twice", "order", "missing"

// Replacing a buffer by one of another shape, or an unknown one: the error's message.
std::string replace_buffer_complaint(std::string_view name);

// Error of a variant whose random directions were changed behind the reference's back.
double error_with_wrong_buffer(std::string_view variant);

// A forward pass on the CPU of standard-fused with this backend parameter: the kernel that ran, or
// "unsupported: ..." where it cannot.
std::string fused_backend(std::string_view backend);

// Layer against its definition written with matrix products; and whether two layers of one seed
// share their weights.
double layer_error();
bool layers_are_tied();

// make_attention at parameters beyond the defaults, output error over the bound (<= 1 is right).
double parameter_error(std::string_view variant, std::int64_t nodes, std::int64_t prf_features,
                       std::int64_t poly_features);

// Strided inputs, as a layer's projection gives them, against contiguous ones: largest difference.
double strided_difference(std::string_view variant);

struct PlanSummary {
    std::int64_t chunk = 0, block = 0;
    double scratch_elements = 0;  // of one expanded block
};
PlanSummary plan_for(std::int64_t batch_heads, std::int64_t length, std::int64_t outer,
                     std::int64_t inner, std::int64_t head_dim, bool causal, bool cuda);

// ---- memory (memory_checks.cpp)

struct LayerRun {
    double seconds = 0;
    bool finite = false;
};
// The anchor layer at B = 1, E = 256, H = 8, R = 2, M = 16, P = 32 in float32 on the CPU.
// `prepared` is called when the inputs and weights are there.
LayerRun run_anchor_layer(std::int64_t length, bool backward, void (*prepared)());

}  // namespace slay::checks

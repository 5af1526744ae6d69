// The feature maps that the fused kernels know, in float64 on the host. Names no CUDA and no Torch
// type.
#pragma once

#include <vector>

namespace slay::kernels {

// The factor g(u) in R^G, element by element of z = omega u (u divided by its norm if normalised).
enum class Factor {
    exponential,         // exp(z + offset)
    exponential_square,  // z^2 exp(z + offset)
    relu,                // max(z, 0)
    elu_plus_one         // elu(z) + 1
};

// The factor poly(u) in R^P.
enum class Poly {
    none,     // P = 1, poly = 1
    product,  // (first u) * (second u), element by element (+ (third u) * (fourth u)); or mix times
              // it
    cos_sin   // P = 2: cos, sin of pi i / (2 L) at position i
};

// A feature map in float64 on the host. The features are the products poly_p g_m; nodes of a
// quadrature are concatenated in g, with their scales sqrt(2 s_r) in omega and their constants
// -s_r + log sqrt(w_r / M) in offset.
struct FeatureMap {
    Factor factor = Factor::exponential;
    Poly poly = Poly::none;
    bool normalise = true;
    int heads = 1;
    int head_dim = 16;           // d
    int g = 8;                   // G
    int p = 1;                   // P
    std::vector<double> omega;   // [heads, G, d]; one head serves all
    std::vector<double> offset;  // [G], or empty where the factor has none
    std::vector<double> first;   // [P, d], Poly::product only
    std::vector<double> second;  // [P, d], or empty: equal to first
    std::vector<double> third;   // [P, d], with `second` only; or empty: no second product
    std::vector<double> fourth;  // [P, d], with third
    std::vector<double> mix;  // [P, P], with `cancels` only; or empty: poly as it is, not mix poly
    bool cancels = false;     // sums of K cancel: operands take two terms whatever the inputs
};

}  // namespace slay::kernels

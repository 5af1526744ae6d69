// The polynomial factors of the tensor forms as they are drawn from a seed: maps of degree two
// whose inner product estimates x^2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace slay::explore {

class PolynomialSketch {
  public:
    virtual ~PolynomialSketch() = default;
    virtual int size() const = 0;  // P
    // u [rows, d] -> [rows, P]. Homogeneous of degree two: of c u it is c^2 times as large.
    virtual std::vector<double> features(std::span<const double> u, std::size_t rows) const = 0;
};

// That of a form, with the draws that make_attention() makes for the seed; null for the two forms
// without a polynomial factor of their own (Laplace, Hadamard).
std::unique_ptr<PolynomialSketch> make_sketch(std::string_view variant, std::uint64_t seed,
                                              int poly_features, int head_dim);

}  // namespace slay::explore

#include "engine/explore/polynomial_sketch.h"

#include <algorithm>
#include <cmath>

#include "engine/core/counter_draws.h"
#include "engine/explore/fast_draws.h"
#include "engine/explore/vector_loops.h"

namespace slay::explore {
namespace {

constexpr double ridge = 1e-3;  // lambda of the Nystroem form

std::size_t size_of(int count) {
    return static_cast<std::size_t>(count);
}

// [rows, columns] -> [columns, rows]
std::vector<double> transposed(std::span<const double> from, std::size_t rows) {
    const std::size_t columns = from.size() / rows;
    std::vector<double> out(from.size());
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) out[j * rows + i] = from[i * columns + j];
    return out;
}

// u [rows, d] by directions [d, P].
std::vector<double> products(std::span<const double> u, std::size_t rows,
                             const std::vector<double>& directions, std::size_t p) {
    std::vector<double> out(rows * p);
    multiply_add(u, directions, out, rows, u.size() / rows, p);
    return out;
}

// anchor(u)_p = (a_p . u)^2 / sqrt(P)
class Anchors : public PolynomialSketch {
  public:
    Anchors(std::uint64_t seed, int p, int d)
        : size_(p),
          directions_(
              transposed(fast_unit_vectors(seed, "anchors", size_of(p), size_of(d)), size_of(p))) {}
    int size() const override { return size_; }
    std::vector<double> features(std::span<const double> u, std::size_t rows) const override {
        std::vector<double> out = products(u, rows, directions_, size_of(size_));
        const double root = std::sqrt(static_cast<double>(size_));
        for (double& each : out) each = each * each / root;
        return out;
    }

  private:
    int size_;
    std::vector<double> directions_;  // [d, P]
};

// rm(u)_p = (r_p . u)(r'_p . u) / sqrt(P)
class Maclaurin : public PolynomialSketch {
  public:
    Maclaurin(std::uint64_t seed, int p, int d)
        : size_(p),
          first_(draw(seed, "maclaurin-1", p, d)),
          second_(draw(seed, "maclaurin-2", p, d)) {}
    int size() const override { return size_; }
    std::vector<double> features(std::span<const double> u, std::size_t rows) const override {
        std::vector<double> out = products(u, rows, first_, size_of(size_));
        const std::vector<double> second = products(u, rows, second_, size_of(size_));
        const double root = std::sqrt(static_cast<double>(size_));
        for (std::size_t i = 0; i < out.size(); ++i) out[i] *= second[i] / root;
        return out;
    }

  private:
    static std::vector<double> draw(std::uint64_t seed, const char* name, int p, int d) {
        return transposed(CounterDraws(seed, name).signs(size_of(p) * size_of(d)), size_of(p));
    }
    int size_;
    std::vector<double> first_, second_;  // [d, P]
};

// ts(u) = irfft(rfft(cs1(u)) rfft(cs2(u))): the circular convolution of two count sketches.
class TensorSketch : public PolynomialSketch {
  public:
    TensorSketch(std::uint64_t seed, int p, int d)
        : size_(p),
          hash1_(CounterDraws(seed, "sketch-hash-1").integers(size_of(d), p)),
          hash2_(CounterDraws(seed, "sketch-hash-2").integers(size_of(d), p)),
          sign1_(CounterDraws(seed, "sketch-sign-1").signs(size_of(d))),
          sign2_(CounterDraws(seed, "sketch-sign-2").signs(size_of(d))) {}
    int size() const override { return size_; }
    std::vector<double> features(std::span<const double> u, std::size_t rows) const override {
        const std::size_t p = size_of(size_), d = hash1_.size();
        std::vector<double> out(rows * p), first(p), twice(2 * p);
        for (std::size_t i = 0; i < rows; ++i) {
            std::fill(first.begin(), first.end(), 0.0);
            std::fill(twice.begin(), twice.end(), 0.0);
            for (std::size_t a = 0; a < d; ++a) {
                const double value = u[i * d + a];
                first[static_cast<std::size_t>(hash1_[a])] += sign1_[a] * value;
                twice[static_cast<std::size_t>(hash2_[a])] += sign2_[a] * value;
            }
            // The second sketch twice over: shifted by a bin it is what the wrap leaves of it.
            std::copy_n(twice.begin(), p, twice.begin() + static_cast<std::ptrdiff_t>(p));
            const std::span<double> to = std::span(out).subspan(i * p, p);
            for (std::size_t bin = 0; bin < p; ++bin)
                if (first[bin] != 0)
                    multiply_add(std::span(first).subspan(bin, 1),
                                 std::span<const double>(twice).subspan(p - bin, p), to, 1, 1, p);
        }
        return out;
    }

  private:
    int size_;
    std::vector<std::int64_t> hash1_, hash2_;  // [d]
    std::vector<double> sign1_, sign2_;        // [d]
};

// ny(u) = kappa(u, A) (kappa(A, A) + lambda I)^(-1/2), kappa(x, y) = (x . y)^2. Features here are
// L^-1 kappa(A, u) with L L^T = kappa(A, A) + lambda I: another basis with the same inner products,
// at a third of P^3 instead of an eigendecomposition.
class Nystroem : public PolynomialSketch {
  public:
    Nystroem(std::uint64_t seed, int p, int d) : size_(p) {
        const std::size_t n = size_of(p);
        const std::vector<double> anchors = fast_unit_vectors(seed, "nystrom", n, size_of(d));
        directions_ = transposed(anchors, n);
        factor_ = products(anchors, n, directions_, n);
        for (double& each : factor_) each *= each;
        for (std::size_t i = 0; i < n; ++i) factor_[i * n + i] += ridge;
        factorise();
    }
    int size() const override { return size_; }
    std::vector<double> features(std::span<const double> u, std::size_t rows) const override {
        const std::size_t n = size_of(size_);
        std::vector<double> out = products(u, rows, directions_, n);
        for (double& each : out) each *= each;
        out = transposed(out, rows);  // [P, rows]: forward substitution for all rows at once
        for (std::size_t i = 0; i < n; ++i) {
            const std::span<double> row = std::span(out).subspan(i * rows, rows);
            std::vector<double> known(factor_.begin() + static_cast<std::ptrdiff_t>(i * n),
                                      factor_.begin() + static_cast<std::ptrdiff_t>(i * n + i));
            for (double& each : known) each = -each;
            multiply_add(known, std::span<const double>(out).first(i * rows), row, 1, i, rows);
            for (double& each : row) each /= factor_[i * n + i];
        }
        return transposed(out, n);
    }

  private:
    // Cholesky's L in the lower triangle, row by row: row i of L solves L[:i, :i] l = K[:i, i].
    void factorise() {
        const std::size_t n = size_of(size_);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j <= i; ++j) {
                double value = factor_[i * n + j];
                for (std::size_t k = 0; k < j; ++k)
                    value -= factor_[i * n + k] * factor_[j * n + k];
                factor_[i * n + j] = i == j ? std::sqrt(value) : value / factor_[j * n + j];
            }
    }

    int size_;
    std::vector<double> directions_;  // [d, P]
    std::vector<double> factor_;      // [P, P]
};

template <typename Sketch>
std::unique_ptr<PolynomialSketch> make(std::uint64_t seed, int p, int d) {
    return std::make_unique<Sketch>(seed, p, d);
}

struct SketchRow {
    std::string_view variant;
    std::unique_ptr<PolynomialSketch> (*create)(std::uint64_t seed, int p, int d);
};

constexpr SketchRow sketches[]{{"yat-performer-anchor", make<Anchors>},
                               {"yat-performer-tensor", make<TensorSketch>},
                               {"yat-performer-rm", make<Maclaurin>},
                               {"yat-performer-nystrom", make<Nystroem>}};

}  // namespace

std::unique_ptr<PolynomialSketch> make_sketch(std::string_view variant, std::uint64_t seed,
                                              int poly_features, int head_dim) {
    for (const SketchRow& row : sketches)
        if (row.variant == variant) return row.create(seed, poly_features, head_dim);
    return nullptr;
}

}  // namespace slay::explore

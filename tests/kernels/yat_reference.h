// Exact spherical Yat attention of one head and its gradients in float64, row by row.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace slay::kernels {

// Calls `work(i)` for i in [0, count) on all cores.
inline void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    for (unsigned t = 0; t < cores && t < count; ++t)
        threads.emplace_back([&] {
            for (std::size_t i = next++; i < count; i = next++) work(i);
        });
    for (auto& thread : threads) thread.join();
}

struct YatHead {
    std::int64_t length = 0;
    int d = 0;
    bool causal = true;
    double epsilon = 1e-6, delta = 1e-6;
    std::vector<double> q, k, v, dy;      // [L, d], as the device holds them
    std::vector<double> norm_q, norm_k;   // [L]
    std::vector<double> y, denominators;  // of all rows, for the keys' gradients

    void norms() {
        for (const auto& [u, norm] : {std::pair{&q, &norm_q}, std::pair{&k, &norm_k}}) {
            norm->resize(static_cast<std::size_t>(length));
            for (std::int64_t i = 0; i < length; ++i)
                (*norm)[i] = std::max(std::sqrt(dot(*u, i, *u, i)), 1e-12);
        }
    }
    double dot(const std::vector<double>& a, std::int64_t i, const std::vector<double>& b,
               std::int64_t j) const {
        double sum = 0;
        for (int e = 0; e < d; ++e) sum += a[i * d + e] * b[j * d + e];
        return sum;
    }
    double cosine(std::int64_t i, std::int64_t j) const {
        return dot(q, i, k, j) / (norm_q[i] * norm_k[j]);
    }
    double kernel(double x) const { return x * x / std::max(2 + epsilon - 2 * x, epsilon); }
    // dK/dx = 2 x (C - x) / (C - 2x)^2, and 2 x / eps where the clamp holds
    double slope(double x) const {
        if (x >= 1) return 2 * x / epsilon;
        const double den = 2 + epsilon - 2 * x;
        return 2 * x * (2 + epsilon - x) / (den * den);
    }

    // y [d] and D of row i.
    double row(std::int64_t i, double* out) const {
        double sum = 0;
        std::fill(out, out + d, 0.0);
        for (std::int64_t j = 0; j < (causal ? i + 1 : length); ++j) {
            const double weight = kernel(cosine(i, j));
            sum += weight;
            for (int e = 0; e < d; ++e) out[e] += weight * v[j * d + e];
        }
        for (int e = 0; e < d; ++e) out[e] /= sum + delta;
        return sum;
    }

    // dL/dx_ij, given y_i and D_i.
    double cosine_gradient(std::int64_t i, std::int64_t j, double x) const {
        return (dot(dy, i, v, j) - dot(dy, i, y, i)) / (denominators[i] + delta) * slope(x);
    }

    // The gradient of row i of q.
    void query_gradient(std::int64_t i, double* dq) const {
        std::vector<double> g(static_cast<std::size_t>(d), 0.0);
        for (std::int64_t j = 0; j < (causal ? i + 1 : length); ++j) {
            const double dx = cosine_gradient(i, j, cosine(i, j));
            for (int e = 0; e < d; ++e) g[e] += dx * k[j * d + e] / norm_k[j];
        }
        through_norm(g, &q[i * d], norm_q[i], dq);
    }

    // The gradients of row j of k and v.
    void key_gradient(std::int64_t j, double* dk, double* dv) const {
        std::vector<double> g(static_cast<std::size_t>(d), 0.0);
        std::fill(dv, dv + d, 0.0);
        for (std::int64_t i = causal ? j : 0; i < length; ++i) {
            const double x = cosine(i, j);
            const double dx = cosine_gradient(i, j, x);
            const double weight = kernel(x) / (denominators[i] + delta);
            for (int e = 0; e < d; ++e) {
                g[e] += dx * q[i * d + e] / norm_q[i];
                dv[e] += weight * dy[i * d + e];
            }
        }
        through_norm(g, &k[j * d], norm_k[j], dk);
    }

  private:
    void through_norm(const std::vector<double>& g, const double* u, double norm,
                      double* out) const {
        double along = 0;
        for (int e = 0; e < d; ++e) along += g[e] * u[e] / norm;
        for (int e = 0; e < d; ++e) out[e] = (g[e] - along * u[e] / norm) / norm;
    }
};

}  // namespace slay::kernels

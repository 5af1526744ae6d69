#include "engine/attention/quadrature.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace slay {
namespace {

using Real = long double;

struct Laguerre {
    Real value;     // L_n(x)
    Real previous;  // L_{n-1}(x)
};

// (j + 1) L_{j+1} = (2j + 1 - x) L_j - j L_{j-1}
Laguerre laguerre(int n, Real x) {
    Real previous = 0;
    Real value = 1;
    for (int j = 0; j < n; ++j) {
        const Real next = ((2 * j + 1 - x) * value - j * previous) / (j + 1);
        previous = value;
        value = next;
    }
    return {value, previous};
}

// x L_n'(x) = n (L_n(x) - L_{n-1}(x))
Real derivative(int n, Real x, const Laguerre& at) {
    return n * (at.value - at.previous) / x;
}

// Newton's method from the left of the smallest root not yet found. L_n divided by the factors of
// the known roots is convex and decreasing there, so the iteration climbs to the root and stops.
Real next_root(int n, const std::vector<Real>& found) {
    Real x = found.empty() ? Real(1e-3) / n : found.back();
    if (!found.empty()) {  // step off the known root by less than the smallest gap
        const Real gap = found.size() < 2 ? found.back() : found.back() - found[found.size() - 2];
        x += gap / 8;
    }
    for (int iteration = 0; iteration < 500; ++iteration) {
        const Laguerre at = laguerre(n, x);
        Real slope = derivative(n, x, at) / at.value;
        for (const Real root : found) slope -= 1 / (x - root);
        const Real step = -1 / slope;
        x += step;
        if (!(std::fabs(step) > x * Real(1e-18))) break;
    }
    for (int polish = 0; polish < 3; ++polish) {
        const Laguerre at = laguerre(n, x);
        x -= at.value / derivative(n, x, at);
    }
    return x;
}

}  // namespace

GaussLaguerre gauss_laguerre(int count) {
    if (count < 1 || count > 64)
        throw std::invalid_argument("Gauss-Laguerre quadrature takes 1 to 64 nodes, not " +
                                    std::to_string(count));
    std::vector<Real> roots;
    for (int r = 0; r < count; ++r) roots.push_back(next_root(count, roots));

    GaussLaguerre rule;
    for (const Real t : roots) {
        // alpha = t / ((n + 1) L_{n+1}(t))^2
        const Real next = laguerre(count + 1, t).value;
        const Real log_weight = std::log(t) - 2 * std::log((count + 1) * std::fabs(next));
        rule.nodes.push_back(static_cast<double>(t));
        rule.weights.push_back(static_cast<double>(std::exp(log_weight)));
        rule.log_weights.push_back(static_cast<double>(log_weight));
    }
    return rule;
}

}  // namespace slay

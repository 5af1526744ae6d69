#include "engine/attention/quadrature.h"

#include <cmath>

#include "engine/explore/explore.h"

namespace slay::explore {

Quadrature make_quadrature(int nodes, double epsilon) {
    const GaussLaguerre rule = gauss_laguerre(nodes);
    Quadrature out;
    out.c = 2 + epsilon;
    out.t = rule.nodes;
    out.alpha = rule.weights;
    for (std::size_t r = 0; r < rule.nodes.size(); ++r) {
        out.s.push_back(rule.nodes[r] / out.c);
        out.w.push_back(rule.weights[r] / out.c);
        out.log_weights.push_back(rule.log_weights[r] - std::log(out.c));
    }
    return out;
}

double Quadrature::kernel(double x) const {
    return x * x / (c - 2 * x);
}

double Quadrature::contribution(std::size_t node, double x) const {
    return x * x * std::exp(log_weights[node] + 2 * s[node] * x);
}

double Quadrature::estimate(double x) const {
    double sum = 0;
    for (std::size_t r = 0; r < s.size(); ++r) sum += contribution(r, x);
    return sum;
}

}  // namespace slay::explore

// Gauss-Laguerre quadrature: integral_0^inf exp(-t) f(t) dt ~ sum_r alpha_r f(t_r).
#pragma once

#include <vector>

namespace slay {

struct GaussLaguerre {
    std::vector<double> nodes;        // t_r, ascending
    std::vector<double> weights;      // alpha_r; below 1e-99 for the last of many
    std::vector<double> log_weights;  // ln alpha_r
};

// 1 <= count <= 64; throws std::invalid_argument otherwise. Full double precision: Newton's method
// on L_n in long double, deflated so that each node is found once.
GaussLaguerre gauss_laguerre(int count);

}  // namespace slay

// The parts of a frame.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/explore/explore.h"

namespace slay::explore {

// E[estimate] over the random features at cosine x, where there is a closed form:
//   anchor     sum_r w_r exp(2 s_r x) (1 + 2 x^2) / (d (d + 2))
//   Laplace    C^2 / 4 sum_r w_r exp(2 s_r x)
//   Hadamard   1 / M sum_r w_r exp(2 s_r x) ((mu^2 + 1)^2 + 4 mu^2 x + 2 x^2), mu = sqrt(2 s_r)(1 +
//   x) TensorSketch, Random Maclaurin   sum_r w_r x^2 exp(2 s_r x)
std::optional<double> expected_estimate(std::string_view variant, const Quadrature& quadrature,
                                        const Request& request, double x);

// The curves, a seed at a time. Request and quadrature outlive it.
class CurveSeeds {
  public:
    CurveSeeds(const Request& request, const Quadrature& quadrature);
    ~CurveSeeds();
    int seeds() const { return seeds_; }    // added so far
    int wanted() const { return wanted_; }  // as many as the request says, at least one
    void add_seed();
    Curves curves() const;  // of the seeds so far, at least one

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
    int seeds_ = 0, wanted_ = 0;
};

Sequence make_sequence(const Request& request);

// The denominators, a seed at a time. Request, quadrature and sequence outlive it.
class DenominatorSeeds {
  public:
    DenominatorSeeds(const Request& request, const Quadrature& quadrature,
                     const Sequence& sequence);
    int seeds() const { return seeds_; }
    int wanted() const { return wanted_; }
    void add_seed();
    Denominators denominators() const;  // of the seeds so far, at least one

  private:
    const Request& request_;
    const Quadrature& quadrature_;
    const Sequence& sequence_;
    DenominatorSpread exact_;
    std::vector<std::vector<std::vector<double>>> by_form_;  // [forms][seeds][L]
    int seeds_ = 0, wanted_ = 0;
};

AttentionMap make_map(const Request& request, const Quadrature& quadrature,
                      const Sequence& sequence);

// So many seeds that a part is at rest within a quarter of a second: 3 to 64.
int seeds_within(double ns_a_seed);

}  // namespace slay::explore

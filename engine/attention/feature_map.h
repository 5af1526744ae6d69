// Psi(u) = outer(u) (x) inner(u): the one shape that all linear variants share. Maps with a single
// factor have no outer one. Derivatives are written by hand, so that a pass over a block needs no
// autograd graph.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <cstdint>

#include "engine/attention/unit_vectors.h"

namespace slay {

// A block of positions, [c, B, H, C, d]: c chunks of C positions each, in the compute type.
struct Block {
    at::Tensor values;
    at::Tensor positions;  // [c, 1, 1, C, 1], int64; only where the map asks for positions
};

struct Features {
    at::Tensor outer;     // [c, B, H, C, P]; undefined for single-factor maps
    at::Tensor inner;     // [c, B, H, C, G]
    UnitVectors vectors;  // what the derivative needs again
    at::Tensor saved;
};

struct FeatureGradients {
    at::Tensor outer;
    at::Tensor inner;
};

class FeatureMap : public c10::intrusive_ptr_target {
  public:
    virtual std::int64_t outer_size() const { return 0; }
    virtual std::int64_t inner_size() const = 0;
    virtual bool wants_positions() const { return false; }

    virtual Features features(const Block& u) const = 0;

    // The gradient of u, [c, B, H, C, d].
    virtual at::Tensor backward(const Block& u, const Features& at,
                                const FeatureGradients& gradients) const = 0;

    // P * G
    std::int64_t size() const { return (outer_size() > 0 ? outer_size() : 1) * inner_size(); }
};

using FeatureMapPtr = c10::intrusive_ptr<FeatureMap>;

// The tensor product itself, [c*B*H, C, F]; only ever of one block.
at::Tensor expand(const Features& features);

}  // namespace slay

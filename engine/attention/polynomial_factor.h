// The polynomial factor of a tensor form: features whose inner product estimates x^2.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

namespace slay {

class PolynomialFactor {
  public:
    virtual ~PolynomialFactor() = default;
    virtual std::int64_t size() const = 0;  // P

    // unit [..., d] -> [..., P]; `saved` receives what the derivative needs.
    virtual at::Tensor forward(const at::Tensor& unit, at::Tensor& saved) const = 0;
    // The gradient of unit.
    virtual at::Tensor backward(const at::Tensor& saved, const at::Tensor& gradient) const = 0;
};

}  // namespace slay

// Positive random features of exp(2 s_r x) for all quadrature nodes at once:
//   inner(u^)_{r,m} = sqrt(scale_r / M) exp( sqrt(2 s_r) omega_{r,m} . u^ - s_r )
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace slay {

class ExponentialFactor {
  public:
    // nodes s_r [R], scales (w_r, or C alpha_r / 4) [R], omega [R, H, d, M]; all float64 on the
    // CPU.
    ExponentialFactor(const at::Tensor& nodes, const at::Tensor& scales, const at::Tensor& omega,
                      at::TensorOptions options);

    std::int64_t size() const { return bias_.size(0); }  // R * M

    at::Tensor forward(const at::Tensor& unit) const;  // [c, B, H, C, d] -> [c, B, H, C, R*M]
    at::Tensor backward(const at::Tensor& inner, const at::Tensor& gradient) const;

  private:
    at::Tensor projection_;  // [H, d, R*M], sqrt(2 s_r) inside
    at::Tensor bias_;        // [R*M]: -s_r + ln(scale_r / M) / 2
};

// omega [R, H, d, M] laid out as [H, d, R*M].
at::Tensor by_head(const at::Tensor& omega);

}  // namespace slay

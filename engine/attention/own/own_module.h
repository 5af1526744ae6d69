// Somebody's code, loaded: (q, k, v, causal) -> y. Only workers come this far (runner.cpp).
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

namespace slay {

class OwnModule {
  public:
    virtual ~OwnModule() = default;

    // q, k, v: [B, H, L, d] of one type on one device, any strides. Throws what the code throws, as
    // std::runtime_error with the line that says what went wrong; out-of-memory as it comes.
    virtual at::Tensor call(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            bool causal) = 0;

    // Whether autograd sees through it.
    virtual bool differentiable() const = 0;

    // Whether it takes any element type; else the one that it was compiled for.
    virtual bool takes_any_type() const = 0;
};

// Parameters and buffers are moved to the device and, where they are floating-point, to the type.
// Throws std::runtime_error: the file is not there, is not the one with this hash, is none of a
// format that is known, or its forward does not take (q, k, v, causal).
std::unique_ptr<OwnModule> load_own_module(const std::string& path, const std::string& sha256,
                                           at::Device device, at::ScalarType type);

// The two formats behind it.
std::unique_ptr<OwnModule> load_torchscript(const std::string& path, const std::string& bytes,
                                            at::Device device, at::ScalarType type);
std::unique_ptr<OwnModule> load_package(const std::string& path, at::Device device);

// The line of an exception's text that says what went wrong: TorchScript writes a stack before it.
std::string telling_line(const std::string& text);

}  // namespace slay

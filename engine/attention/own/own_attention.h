// An attention of the user's own as a variant: what make_attention() gives for "own:NAME".
#pragma once

#include <memory>
#include <stdexcept>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/own/own_module.h"

namespace slay {

// What it returned is no [B, H, L, d] of its inputs' type on their device.
class WrongOutput : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class OwnAttention final : public Attention {
  public:
    explicit OwnAttention(AttentionConfig config) : Attention(std::move(config)) {}

    // Loads the file for the device and the type of q, where it is not loaded for them. Throws
    // std::runtime_error with what is wrong: with the file, or in the code; WrongOutput.
    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) override;
    std::string backend() const override;
    void to(at::Device device, at::ScalarType type) override;

    OwnModule& module() { return *module_; }  // after to()

  private:
    std::unique_ptr<OwnModule> module_;
    at::Device device_ = at::kCPU;
    at::ScalarType type_ = at::kFloat;
};

// The row behind find_implementation("own:..."). It has no plain form: nobody but its author knows
// what it should give (own_conformance.h).
const VariantImplementation& own_implementation();

}  // namespace slay

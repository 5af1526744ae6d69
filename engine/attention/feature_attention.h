// A linear variant as an Attention: its feature map on the device, and linear attention over it.
#pragma once

#include "engine/attention/attention.h"
#include "engine/attention/feature_map.h"
#include "engine/attention/fused_forward.h"

namespace slay {

class FeatureAttention : public Attention {
  public:
    using Attention::Attention;

    at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) override;
    at::Tensor denominators(const at::Tensor& q, const at::Tensor& k) override;
    void to(at::Device device, at::ScalarType type) override;

    std::string kernel_refusal(const KernelQuestion& question) const override;

    // "fused" or "aten": what the latest forward ran.
    std::string backend() const override { return backend_; }

  protected:
    // The map with its constants on a device, of the compute type; `length` is the L of the call,
    // for maps that depend on it.
    virtual FeatureMapPtr make_map(at::TensorOptions options, std::int64_t length) const = 0;
    virtual bool depends_on_length() const { return false; }
    void buffers_changed() override;

    // The same map for the fused kernel; nothing where that kernel does not know it.
    virtual std::optional<kernels::FeatureMap> fused_map() const { return std::nullopt; }

  private:
    const FeatureMapPtr& map_for(const at::Tensor& q);
    FusedForward* fused();  // null where the fused kernel does not know the map

    FeatureMapPtr map_;
    at::TensorOptions map_options_;
    std::int64_t map_length_ = 0;
    std::optional<std::unique_ptr<FusedForward>> fused_;  // absent: not asked for yet
    std::string backend_;
};

}  // namespace slay

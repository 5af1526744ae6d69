// One attention core: q, k, v -> output, all [B, H, L, d]. Internal to the engine (names Torch
// types).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/data_type.h"
#include "engine/core/parameters.h"
#include "engine/core/result.h"

namespace slay {

// delta in y_i = N_i / (D_i + delta); see formulas of the kernel-normalised variants.
inline constexpr double kDenominatorDelta = 1e-6;

// How a causal pass is cut up; only tests and the conformance run set it by hand.
struct ChunkPlan {
    std::int64_t chunk = 0;  // positions whose scores are formed together
    std::int64_t block = 0;  // positions processed by one batch of kernels; a multiple of `chunk`
    bool operator==(const ChunkPlan&) const = default;
};

struct AttentionConfig {
    std::int64_t heads = 1;
    std::int64_t head_dim = 4;  // d: a multiple of 4, at most 256
    bool causal = true;
    std::uint64_t seed = 0;            // of the random features
    Parameters parameters;             // the variant's own; an absent one takes its default
    double delta = kDenominatorDelta;  // the golden files of some variants need another
    std::optional<ChunkPlan> plan;     // absent: chosen from the shape and the device
};

// A pass that a kernel of the engine's own may take or refuse, on a GPU like an H100.
struct KernelQuestion {
    DataType type = DataType::float32;
    std::int64_t length = 1024;
    bool gradient = false;  // a backward pass will follow
};

using BufferMap = std::map<std::string, at::Tensor, std::less<>>;

// A variant at one configuration. Not thread-safe: one thread uses it at a time.
class Attention {
  public:
    explicit Attention(AttentionConfig config) : config_(std::move(config)) {}
    virtual ~Attention() = default;
    Attention(const Attention&) = delete;
    Attention& operator=(const Attention&) = delete;

    // q, k, v: [B, H, L, d] of one type on one device, any strides. Differentiable once through
    // autograd. Throws c10::Error on a shape that does not fit (and on out-of-memory).
    virtual at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) = 0;

    // D_i = sum_j K_ij, [B, H, L], at least float32, without gradient. Undefined for softmax.
    virtual at::Tensor denominators(const at::Tensor& q, const at::Tensor& k);

    // How many rows have a denominator <= 0 (0 where denominators are undefined). Synchronises.
    std::int64_t nonpositive_rows(const at::Tensor& q, const at::Tensor& k);

    // The kernel that ran in the latest forward ("flash", "efficient", "cudnn", "math"), where a
    // variant chooses between kernels; else empty.
    virtual std::string backend() const { return {}; }

    // Why no kernel of the engine's own takes such a pass at this configuration, or empty where one
    // does: what `forward` decides by, asked without tensors or a device.
    virtual std::string kernel_refusal(const KernelQuestion& question) const;

    // Fixed random features and nodes, float64 (hashes int64) on the CPU, by the names of the
    // golden files: "omega" [R, H, d, M], "anchor_vectors" [P, d], ...
    const BufferMap& buffers() const { return buffers_; }

    // Replaces one buffer; the name must exist and the shape must be the same.
    Status replace_buffer(std::string_view name, const at::Tensor& value);

    // Prepares the device copies of the buffers; forward does so itself when it must.
    virtual void to(at::Device device, at::ScalarType type);

    const AttentionConfig& config() const { return config_; }

  protected:
    void set_buffer(std::string name, at::Tensor value);
    virtual void buffers_changed() {}

  private:
    AttentionConfig config_;
    BufferMap buffers_;
};

at::ScalarType scalar_type(DataType type);

// The type of accumulations, states and denominators: float32, or float64 for float64.
at::ScalarType compute_type(at::ScalarType type);

}  // namespace slay

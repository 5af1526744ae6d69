// One case of exact Yat on the device, laid out as a layer lays it out: q, k, v are views of
// [B, L, 3, H, d], y and dy are [B, L, H, d].
#pragma once

#include <cuda_fp16.h>

#include <bit>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "engine/kernels/yat_exact.h"
#include "tests/kernels/device_buffer.h"
#include "tests/kernels/yat_reference.h"

namespace slay::kernels {

struct YatCase {
    YatType type = YatType::bfloat16;
    std::int64_t batch = 1, heads = 1, length = 1;
    int d = 32;
    bool causal = true;
    std::int64_t splits = 0;  // 0: as planned
    double epsilon = 1e-6;
    double cosine = 0;            // of all pairs, about; 0: independent vectors
    std::int64_t row_stride = 0;  // of q, k and v in elements; 0: 3 H d
};

inline std::size_t size_of(YatType type) {
    return type == YatType::float32 ? 4 : 2;
}
inline const char* name_of(YatType type) {
    return type == YatType::float32 ? "float32" : type == YatType::float16 ? "float16" : "bf16";
}

inline double decode(const unsigned char* at, YatType type) {
    if (type == YatType::float32) {
        float x;
        std::memcpy(&x, at, 4);
        return x;
    }
    std::uint16_t bits;
    std::memcpy(&bits, at, 2);
    if (type == YatType::bfloat16) return std::bit_cast<float>(std::uint32_t{bits} << 16);
    __half_raw raw;
    raw.x = bits;
    return __half2float(__half(raw));
}

inline void encode(double value, unsigned char* at, YatType type) {
    const auto x = static_cast<float>(value);
    if (type == YatType::float32) {
        std::memcpy(at, &x, 4);
        return;
    }
    std::uint16_t bits;
    if (type == YatType::bfloat16) {
        const auto word = std::bit_cast<std::uint32_t>(x);
        bits = static_cast<std::uint16_t>((word + 0x7fffu + ((word >> 16) & 1u)) >> 16);
    } else {
        bits = static_cast<__half_raw>(__float2half(x)).x;
    }
    std::memcpy(at, &bits, 2);
}

class YatProblem {
  public:
    YatProblem(const YatCase& c, std::uint64_t seed, bool with_backward = true)
        : c_(c),
          size_(size_of(c.type)),
          width_(c.heads * c.d),
          stride_(c.row_stride > 0 ? c.row_stride : 3 * width_),
          rows_(c.batch * c.length),
          qkv_(static_cast<std::size_t>(rows_ * stride_) * size_),
          out_(static_cast<std::size_t>(rows_ * width_) * size_),
          correction_(out_.bytes()),
          dy_(out_.bytes()),
          gradients_(with_backward ? out_.bytes() * 3 : 16),
          denominators_(static_cast<std::size_t>(rows_ * c.heads) * 4) {
        const YatShape shape{c.batch, c.heads, c.length, c.d, c.causal, c.type};
        int processors = 0;
        require(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0), "device");
        forward_plan = plan_yat_forward(shape, processors, c.splits);
        backward_plan = plan_yat_backward(shape, processors, c.splits);
        scratch_ = std::make_unique<DeviceBuffer>(
            with_backward ? std::max(forward_plan.scratch_bytes, backward_plan.scratch_bytes)
                          : forward_plan.scratch_bytes);
        fill(seed);
        const auto part = [&](DeviceBuffer& buffer, std::int64_t row, std::int64_t at) {
            return TensorView{static_cast<unsigned char*>(buffer.get()) + at * size_,
                              c.length * row, c.d, row};
        };
        forward.shape = shape;
        forward.q = part(qkv_, stride_, 0);
        forward.k = part(qkv_, stride_, width_);
        forward.v = part(qkv_, stride_, 2 * width_);
        forward.y = part(out_, width_, 0);
        if (c.type != YatType::float32) forward.correction = part(correction_, width_, 0);
        forward.denominators = static_cast<float*>(denominators_.get());
        forward.epsilon = static_cast<float>(c.epsilon);
        forward.scratch = scratch_->get();
        backward.shape = shape;
        backward.q = forward.q;
        backward.k = forward.k;
        backward.v = forward.v;
        backward.y = forward.y;
        backward.dy = part(dy_, width_, 0);
        backward.correction = forward.correction;
        backward.denominators = forward.denominators;
        backward.dq = part(gradients_, 3 * width_, 0);
        backward.dk = part(gradients_, 3 * width_, width_);
        backward.dv = part(gradients_, 3 * width_, 2 * width_);
        backward.epsilon = forward.epsilon;
        backward.scratch = scratch_->get();
    }

    void run_forward() const { require(run_yat_forward(forward, forward_plan), "forward"); }
    void run_backward() const { require(run_yat_backward(backward, backward_plan), "backward"); }

    void poison_results() {
        for (DeviceBuffer* buffer : {&out_, &correction_, &gradients_, &denominators_})
            buffer->poison();
        scratch_->poison();
    }

    // All results, in the device's bits.
    std::vector<unsigned char> results() const {
        std::vector<unsigned char> bits;
        for (const DeviceBuffer* buffer : {&out_, &gradients_, &denominators_}) {
            const std::size_t at = bits.size();
            bits.resize(at + buffer->bytes());
            require(cudaMemcpy(bits.data() + at, buffer->get(), buffer->bytes(),
                               cudaMemcpyDeviceToHost),
                    "copy from the device");
        }
        return bits;
    }

    // One head's inputs; its y (correction included) and D are the device's.
    YatHead head(std::int64_t b, std::int64_t h) const {
        YatHead head;
        head.length = c_.length;
        head.d = c_.d;
        head.causal = c_.causal;
        head.epsilon = static_cast<float>(c_.epsilon);
        head.q = take(inputs_, 3 * width_, h * c_.d, b);
        head.k = take(inputs_, 3 * width_, width_ + h * c_.d, b);
        head.v = take(inputs_, 3 * width_, 2 * width_ + h * c_.d, b);
        head.dy = take(output_gradients_, width_, h * c_.d, b);
        head.norms();
        const std::vector<unsigned char> bits = results();
        head.y = take(bits, width_, h * c_.d, b);
        head.denominators.resize(static_cast<std::size_t>(c_.length));
        const unsigned char* sums = bits.data() + out_.bytes() + gradients_.bytes();
        for (std::int64_t i = 0; i < c_.length; ++i)
            head.denominators[i] =
                decode(sums + ((b * c_.heads + h) * c_.length + i) * 4, YatType::float32);
        return head;
    }

    // Gradient `which` (0 q, 1 k, 2 v) of one head, [L, d].
    std::vector<double> gradient(int which, std::int64_t b, std::int64_t h) const {
        std::vector<unsigned char> bits(gradients_.bytes());
        require(cudaMemcpy(bits.data(), gradients_.get(), bits.size(), cudaMemcpyDeviceToHost),
                "copy from the device");
        return take(bits, 3 * width_, which * width_ + h * c_.d, b);
    }

    const YatCase& of() const { return c_; }

    YatForward forward;
    YatBackward backward;
    YatPlan forward_plan, backward_plan;

  private:
    std::vector<double> take(const std::vector<unsigned char>& bits, std::int64_t row,
                             std::int64_t at, std::int64_t b) const {
        std::vector<double> out(static_cast<std::size_t>(c_.length) * c_.d);
        for (std::int64_t i = 0; i < c_.length; ++i)
            for (int e = 0; e < c_.d; ++e)
                out[i * c_.d + e] =
                    decode(&bits[((b * c_.length + i) * row + at + e) * size_], c_.type);
        return out;
    }

    void fill(std::uint64_t seed) {
        std::uint64_t state = seed * 0x9e3779b97f4a7c15ull + 1;
        const auto normal = [&] {  // a sum of four uniforms: near enough, and fast
            double sum = -2;
            for (int i = 0; i < 4; ++i) {
                state = state * 6364136223846793005ull + 1442695040888963407ull;
                sum += static_cast<double>(state >> 40) / 16777216.0;
            }
            return sum * 1.7;
        };
        // u = a + s w with one unit vector a for all: cos = 1 / (1 + s^2 d) for independent w.
        std::vector<double> axis(static_cast<std::size_t>(c_.d));
        double norm = 0;
        for (double& x : axis) {
            x = normal();
            norm += x * x;
        }
        for (double& x : axis) x /= std::sqrt(norm);
        const double spread =
            c_.cosine > 0 ? std::sqrt((1 / c_.cosine - 1) / static_cast<double>(c_.d)) : 1;
        inputs_.resize(static_cast<std::size_t>(rows_ * 3 * width_) * size_);
        for (std::int64_t i = 0; i < rows_ * 3 * width_; ++i) {
            const bool value = i % (3 * width_) >= 2 * width_;
            double x = normal();
            if (c_.cosine > 0 && !value) x = 2 * (axis[i % c_.d] + spread * x);
            encode(x, &inputs_[i * size_], c_.type);
        }
        output_gradients_.resize(out_.bytes());
        for (std::int64_t i = 0; i < rows_ * width_; ++i)
            encode(normal(), &output_gradients_[i * size_], c_.type);
        require(cudaMemcpy2D(qkv_.get(), stride_ * size_, inputs_.data(), 3 * width_ * size_,
                             3 * width_ * size_, rows_, cudaMemcpyHostToDevice),
                "copy to the device");
        require(cudaMemcpy(dy_.get(), output_gradients_.data(), output_gradients_.size(),
                           cudaMemcpyHostToDevice),
                "copy to the device");
    }

    YatCase c_;
    std::size_t size_;
    std::int64_t width_, stride_, rows_;
    std::vector<unsigned char> inputs_, output_gradients_;
    DeviceBuffer qkv_, out_, correction_, dy_, gradients_, denominators_;
    std::unique_ptr<DeviceBuffer> scratch_;
};

}  // namespace slay::kernels

// One case of the fused forward pass on the device, in any type, for the kernels' checks.
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/kernels/check_device.h"
#include "tests/kernels/fused_reference.h"

namespace slay::kernels {

inline float from_half(std::uint16_t value) {
    const int exponent = value >> 10 & 31;
    const float fraction = static_cast<float>(value & 1023) / 1024.f;
    const float size =
        exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1.f + fraction, exponent - 15);
    return value & 0x8000 ? -size : size;
}

// Nearest in float16, of a value of magnitude 2^-14 to 2^15; smaller ones become zero.
inline std::uint16_t to_half(float value) {
    const std::uint16_t sign = value < 0 ? 0x8000 : 0;
    int exponent = 0;
    const float fraction = std::frexp(std::fabs(value), &exponent);  // in [0.5, 1)
    if (fraction == 0 || exponent < -13) return sign;
    const int bits = static_cast<int>(std::lrint((2 * fraction - 1) * 1024.f));
    return static_cast<std::uint16_t>(sign | (((exponent + 14) << 10) + bits));
}

inline int bytes_of(Element element) {
    return element == Element::float32 ? 4 : 2;
}

inline float read_element(const unsigned char* data, std::size_t i, Element element) {
    if (element == Element::float32) {
        float value;
        std::memcpy(&value, data + i * 4, 4);
        return value;
    }
    std::uint16_t bits;
    std::memcpy(&bits, data + i * 2, 2);
    return element == Element::float16 ? from_half(bits) : from_bf16(bits);
}

inline void write_element(unsigned char* data, std::size_t i, Element element, float value) {
    if (element == Element::float32) {
        std::memcpy(data + i * 4, &value, 4);
        return;
    }
    const std::uint16_t bits = element == Element::float16 ? to_half(value) : to_bf16(value);
    std::memcpy(data + i * 2, &bits, 2);
}

inline const char* element_name(Element element) {
    const char* names[] = {"bf16", "fp16", "fp32"};
    return names[static_cast<int>(element)];
}

struct Case {
    Kind kind;
    std::int64_t batch, heads, length;
    int d, nodes, m, p;
    bool causal;
    std::int64_t segment;  // as plan_fused_linear takes it
    std::size_t budget = 64 << 20;
    Element element = Element::bfloat16;
    bool warpgroups = true;   // the form with warpgroup products where there is one
    std::int64_t period = 0;  // rows after which q, k and v repeat themselves; 0: never
};

// Tensors laid out as a layer's: [B, L, 3, H, d], so that strides are tested too.
struct Problem {
    Problem(const Case& c, std::mt19937_64& rng)
        : map(make_map(c.kind, static_cast<int>(c.heads), c.d, c.nodes, c.m, c.p, rng)),
          packed(pack_features(map)),
          element(c.element),
          width(c.heads * c.d),
          count(c.batch * c.length * width),
          host(static_cast<std::size_t>(c.period > 0 ? 3 * c.period * width : 3 * count) *
               bytes_of(c.element)),
          qkv(static_cast<std::size_t>(3 * count) * bytes_of(c.element)),
          y(static_cast<std::size_t>(count) * bytes_of(c.element)),
          denominators(static_cast<std::size_t>(c.batch * c.heads * c.length) * 4),
          words(packed.words.size() * 4) {
        shape.batch = c.batch;
        shape.heads = c.heads;
        shape.length = c.length;
        shape.head_dim = c.d;
        shape.causal = c.causal;
        shape.element = c.element;
        FusedDevice device;
        require(cudaDeviceGetAttribute(&device.multiprocessors, cudaDevAttrMultiProcessorCount, 0),
                "device");
        require(cudaDeviceGetAttribute(&device.shared_bytes,
                                       cudaDevAttrMaxSharedMemoryPerBlockOptin, 0),
                "device");
        device.warpgroups = warpgroups_usable() && c.warpgroups;
        reason = fused_linear_unsupported(shape, packed, device);
        plan = plan_fused_linear(shape, packed, device, c.budget, c.segment);
        scratch = std::make_unique<DeviceBuffer>(plan.scratch_bytes);
        std::uint64_t state = rng();
        for (std::size_t i = 0; i < host.size() / bytes_of(element); ++i) {
            // Sum of four uniforms: near enough to normal, and fast for long sequences.
            float sum = -2.f;
            for (int j = 0; j < 4; ++j) {
                state = state * 6364136223846793005ull + 1442695040888963407ull;
                sum += static_cast<float>(state >> 40) * (1.f / 16777216.f);
            }
            write_element(host.data(), i, element, sum * 1.7f);
        }
        qkv.set(host.data(), host.size());
        for (std::size_t filled = host.size(); filled < qkv.bytes(); filled *= 2)
            qkv.repeat(filled);
        words.set(packed.words.data(), packed.words.size() * 4);
        auto* base = static_cast<unsigned char*>(qkv.get());
        const TensorView view{nullptr, c.length * 3 * width, c.d, 3 * width};
        pass.shape = shape;
        pass.q = pass.k = pass.v = view;
        pass.q.data = base;
        pass.k.data = base + width * bytes_of(element);
        pass.v.data = base + 2 * width * bytes_of(element);
        pass.y = {y.get(), c.length * width, c.d, width};
        pass.denominators = static_cast<float*>(denominators.get());
        pass.features = &packed;
        pass.device_words = words.get();
        pass.scratch = scratch->get();
    }

    std::vector<float> rows(int part, std::int64_t b, std::int64_t h) const {
        std::vector<float> out(static_cast<std::size_t>(shape.length) * shape.head_dim);
        for (std::int64_t i = 0; i < shape.length; ++i) {
            for (int e = 0; e < shape.head_dim; ++e) {
                const std::int64_t at =
                    (b * shape.length + i) * 3 * width + part * width + h * shape.head_dim + e;
                out[i * shape.head_dim + e] =
                    read_element(host.data(), static_cast<std::size_t>(at), element);
            }
        }
        return out;
    }

    FeatureMap map;
    PackedFeatures packed;
    Element element;
    std::int64_t width, count;
    std::vector<unsigned char> host;
    DeviceBuffer qkv, y, denominators, words;
    std::unique_ptr<DeviceBuffer> scratch;
    FusedShape shape;
    FusedPlan plan;
    FusedLinearPass pass;
    std::string reason;
};

}  // namespace slay::kernels

// Tensors as the kernels take them: what the calls on tensors share.
#pragma once

#include <ATen/Functions.h>
#include <ATen/cuda/CUDAContext.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/kernels/fused_linear.h"

namespace slay::kernels {

inline std::optional<Element> element_of(const at::Tensor& t) {
    switch (t.scalar_type()) {
        case at::kBFloat16:
            return Element::bfloat16;
        case at::kHalf:
            return Element::float16;
        case at::kFloat:
            return Element::float32;
        default:
            return std::nullopt;
    }
}

// Why q, k and v are no inputs of one pass of any kernel here, or empty if they are.
inline std::string unfit_inputs(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    if (q.dim() != 4 || !q.sizes().equals(k.sizes()) || !q.sizes().equals(v.sizes()))
        return "q, k and v are not of one shape [B, H, L, d]";
    for (const at::Tensor* t : {&q, &k, &v}) {
        if (!t->is_cuda() || t->device() != q.device()) return "not on one CUDA device";
        if (t->scalar_type() != q.scalar_type()) return "q, k and v are not of one type";
    }
    if (!element_of(q)) return "the type is not bfloat16, float16 or float32";
    if (at::cuda::getDeviceProperties(q.get_device())->major < 8)
        return "compute capability below 8.0";
    return {};
}

// What the device of a tensor offers.
inline FusedDevice limits_of(const at::Tensor& t) {
    const cudaDeviceProp* properties = at::cuda::getDeviceProperties(t.get_device());
    return {properties->multiProcessorCount, static_cast<int>(properties->sharedMemPerBlockOptin)};
}

// Of inputs that are fit.
inline FusedShape fused_shape(const at::Tensor& q, bool causal) {
    FusedShape shape;
    shape.batch = q.size(0);
    shape.heads = q.size(1);
    shape.length = q.size(2);
    shape.head_dim = static_cast<int>(q.size(3));
    shape.causal = causal;
    shape.element = element_of(q).value_or(Element::bfloat16);
    return shape;
}

// As it is where its rows are whole pieces of 16 bytes, which the kernels move (and a row's bytes
// an int), or else copied.
inline at::Tensor in_pieces(const at::Tensor& t) {
    const std::int64_t elements = 16 / static_cast<std::int64_t>(t.element_size());
    const bool fits = t.stride(3) == 1 && t.stride(0) % elements == 0 &&
                      t.stride(1) % elements == 0 && t.stride(2) % elements == 0 &&
                      t.stride(2) < (std::int64_t{1} << 28) &&
                      reinterpret_cast<std::uintptr_t>(t.const_data_ptr()) % 16 == 0;
    // Not contiguous(): a contiguous tensor at an odd address would be left there.
    return fits ? t : t.clone(at::MemoryFormat::Contiguous);
}

// Of an undefined tensor: nothing.
inline TensorView view_of(const at::Tensor& t) {
    if (!t.defined()) return {};
    return {t.data_ptr(), t.stride(0), t.stride(1), t.stride(2)};
}

// [B, H, L, d] of a type, laid out [B, L, H, d] as an output projection reads it.
inline at::Tensor empty_rows(const at::Tensor& like, at::ScalarType type) {
    const std::int64_t h = like.size(1), l = like.size(2), d = like.size(3);
    return at::empty_strided(like.sizes(), {l * h * d, d, h * d, 1}, like.options().dtype(type));
}

inline at::Tensor empty_bytes(const at::Tensor& like, std::size_t bytes) {
    return at::empty({static_cast<std::int64_t>(bytes)}, like.options().dtype(at::kByte));
}

// Packed weights on the device of `like`; `kept` holds them from call to call.
inline const void* words_on_device(at::Tensor& kept, const std::vector<std::uint32_t>& words,
                                   const at::Tensor& like) {
    if (!kept.defined() || kept.device() != like.device()) {
        kept = at::from_blob(const_cast<std::uint32_t*>(words.data()),
                             {static_cast<std::int64_t>(words.size())}, at::kInt)
                   .to(like.device());
    }
    return kept.const_data_ptr();
}

}  // namespace slay::kernels

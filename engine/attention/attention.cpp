#include "engine/attention/attention.h"

#include <ATen/ATen.h>

#include <sstream>

namespace slay {

at::Tensor Attention::denominators(const at::Tensor&, const at::Tensor&) {
    return {};
}

std::int64_t Attention::nonpositive_rows(const at::Tensor& q, const at::Tensor& k) {
    const at::Tensor rows = denominators(q, k);
    if (!rows.defined()) return 0;
    return (rows <= 0).sum().item<std::int64_t>();
}

std::string Attention::kernel_refusal(const KernelQuestion&) const {
    return "it has the forms of LibTorch alone";
}

Status Attention::replace_buffer(std::string_view name, const at::Tensor& value) {
    const auto found = buffers_.find(name);
    if (found == buffers_.end())
        return Error{ErrorKind::bad_data, "there is no buffer named '" + std::string(name) + "'"};
    if (!found->second.sizes().equals(value.sizes())) {
        std::ostringstream message;
        message << "buffer '" << name << "' has shape " << value.sizes() << ", expected "
                << found->second.sizes();
        return Error{ErrorKind::bad_data, message.str()};
    }
    found->second = value.to(at::kCPU, found->second.scalar_type()).contiguous();
    buffers_changed();
    return done();
}

void Attention::to(at::Device, at::ScalarType) {}

void Attention::set_buffer(std::string name, at::Tensor value) {
    buffers_.insert_or_assign(std::move(name), std::move(value));
}

at::ScalarType scalar_type(DataType type) {
    switch (type) {
        case DataType::float64:
            return at::kDouble;
        case DataType::float32:
        case DataType::tf32:
            return at::kFloat;
        case DataType::bfloat16:
            return at::kBFloat16;
        case DataType::float16:
            return at::kHalf;
    }
    return at::kFloat;
}

at::ScalarType compute_type(at::ScalarType type) {
    return type == at::kDouble ? at::kDouble : at::kFloat;
}

}  // namespace slay

#include "tests/measure/torch_errors.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

namespace slay {

void throw_cuda_out_of_memory() {
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate 3 GiB");
}

void throw_cublas_allocation_failure() {
    TORCH_CHECK(false, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`");
}

void throw_impossible_allocation() {
    at::empty({std::int64_t{1} << 50}, at::kFloat);
}

void throw_shape_mismatch() {
    at::ones({2, 3}).matmul(at::ones({2, 3}));
}

}  // namespace slay

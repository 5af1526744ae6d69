// Errors as LibTorch throws them. Torch-free, for a test that is Qt.
#pragma once

namespace slay {

void throw_cuda_out_of_memory();
void throw_cublas_allocation_failure();
void throw_impossible_allocation();  // of a tensor of 4 PB
void throw_shape_mismatch();

}  // namespace slay

#include "engine/attention/arithmetic.h"

#include <ATen/Context.h>

namespace slay {

void use_full_accumulation() {
    at::globalContext().setAllowFP16ReductionCuBLAS(false);
    at::globalContext().setAllowBF16ReductionCuBLAS(false);
}

Float32Lane::Float32Lane(bool tf32) : before_(at::globalContext().allowTF32CuBLAS()) {
    at::globalContext().setAllowTF32CuBLAS(tf32);
}

Float32Lane::~Float32Lane() {
    at::globalContext().setAllowTF32CuBLAS(before_);
}

}  // namespace slay

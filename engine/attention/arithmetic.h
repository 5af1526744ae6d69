// How float32 and half-precision matrix products are rounded on a GPU.
#pragma once

namespace slay {

// Sums of half-precision products are kept in float32, also when cuBLAS splits them.
void use_full_accumulation();

// Inside its scope float32 matrix products use TF32 (or not, whatever was set before): the labelled
// TF32 lane. Process-wide, as LibTorch's switch is.
class Float32Lane {
  public:
    explicit Float32Lane(bool tf32);
    ~Float32Lane();
    Float32Lane(const Float32Lane&) = delete;
    Float32Lane& operator=(const Float32Lane&) = delete;

  private:
    bool before_;
};

}  // namespace slay

// Offsets beyond 2^31 elements: q, k and v of 8.4 million positions on a GPU, whose only keys that
// count are the first and the last 64, must give at both ends what those 128 positions give alone.
// `offsets_check small` does the same on the CPU with few positions, to check the check.
#include <ATen/ATen.h>

#include <cstdio>
#include <cstring>

#include "engine/attention/builtin_variants.h"

namespace slay {
namespace {

constexpr std::int64_t kEnd = 64, kHeads = 8, kDim = 32;

AttentionConfig config_for(bool causal) {
    AttentionConfig config;
    config.heads = kHeads;
    config.head_dim = kDim;
    config.causal = causal;
    config.seed = 7;
    return config;
}

at::Tensor run(const char* variant, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
               bool causal) {
    const at::NoGradGuard no_grad;
    const auto attention = make_attention(variant, config_for(causal));
    attention->to(q.device(), q.scalar_type());
    return attention->forward(q, k, v);
}

// [1, H, length, d]: `ends` at both ends, zero between them. The features of a zero key are zero in
// the variants below, so that it weighs nothing.
at::Tensor stretched(const at::Tensor& ends, std::int64_t length, double between) {
    at::Tensor full = at::full({1, kHeads, length, kDim}, between, ends.options());
    full.narrow(2, 0, kEnd).copy_(ends.narrow(2, 0, kEnd));
    full.narrow(2, length - kEnd, kEnd).copy_(ends.narrow(2, kEnd, kEnd));
    return full;
}

bool check(const char* variant, at::ScalarType type, at::Device device, std::int64_t length,
           bool causal) {
    const auto options = at::TensorOptions().dtype(at::kFloat);
    at::manual_seed(3);
    at::Tensor ends[3];
    for (at::Tensor& each : ends)
        each = at::randn({1, kHeads, 2 * kEnd, kDim}, options).to(device, type);
    const at::Tensor expected = run(variant, ends[0], ends[1], ends[2], causal);
    const at::Tensor output =
        run(variant, stretched(ends[0], length, 1), stretched(ends[1], length, 0),
            stretched(ends[2], length, 1), causal);
    double worst = 0;
    for (const bool last : {false, true}) {
        const at::Tensor here =
            output.narrow(2, last ? length - kEnd : 0, kEnd).to(at::kCPU, at::kDouble);
        const at::Tensor there =
            expected.narrow(2, last ? kEnd : 0, kEnd).to(at::kCPU, at::kDouble);
        const double error = ((here - there).norm() / there.norm()).item<double>();
        if (!(error <= worst)) worst = error;  // NaN too
    }
    const double bound = type == at::kFloat ? 1e-4 : 3e-2;
    const bool good = worst <= bound;
    std::printf("%s %s, %s, %s, L = %lld, %.3g elements: relative L2 %.1e%s\n",
                good ? "ok  " : "MISS", variant, type == at::kFloat ? "float32" : "bfloat16",
                causal ? "causal" : "bidirectional", static_cast<long long>(length),
                static_cast<double>(length * kHeads * kDim), worst, good ? "" : " above its bound");
    return good;
}

int run_all(bool small) {
    const at::Device device(small ? at::kCPU : at::kCUDA);
    // 2^31 elements are L = 8,388,608; no multiple of a chunk.
    const std::int64_t length = small ? 5'001 : 8'400'123;
    int wrong = 0;
    for (const char* variant : {"yat-performer-anchor", "yat-performer", "performer"})
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16})
            wrong += !check(variant, type, device, length, true);
    wrong += !check("performer", at::kFloat, device, length, false);
    std::printf("%d wrong\n", wrong);
    return wrong;
}

}  // namespace
}  // namespace slay

int main(int argc, char** argv) {
    const bool small = argc > 1 && std::strcmp(argv[1], "small") == 0;
    return slay::run_all(small) == 0 ? 0 : 1;
}

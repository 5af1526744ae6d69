// Checks the fused linear attention against its plain form in float64 over awkward shapes, then
// times it. Needs the CUDA runtime only:  fused_linear_check [check|quick|time|profile|all]
#include <cuda_runtime_api.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/kernels/fused_reference.h"

namespace slay::kernels {
namespace {

void require(cudaError_t status, const char* what) {
    if (status == cudaSuccess) return;
    std::printf("CUDA: %s: %s\n", what, cudaGetErrorString(status));
    std::exit(2);
}

class DeviceBuffer {
  public:
    explicit DeviceBuffer(std::size_t bytes) : bytes_(std::max<std::size_t>(bytes, 16)) {
        require(cudaMalloc(&data_, bytes_), "allocate");
        require(cudaMemset(data_, 0xff, bytes_), "poison");  // NaN in bf16 and float32
    }
    ~DeviceBuffer() { cudaFree(data_); }
    DeviceBuffer(const DeviceBuffer&) = delete;
    DeviceBuffer& operator=(const DeviceBuffer&) = delete;
    void* get() const { return data_; }
    std::size_t bytes() const { return bytes_; }
    void set(const void* source, std::size_t bytes) {
        require(cudaMemcpy(data_, source, bytes, cudaMemcpyHostToDevice), "copy to the device");
    }
    void read(void* target, std::size_t bytes) const {
        require(cudaMemcpy(target, data_, bytes, cudaMemcpyDeviceToHost), "copy from the device");
    }

  private:
    void* data_ = nullptr;
    std::size_t bytes_;
};

std::uint16_t to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

float from_bf16(std::uint16_t value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

struct Case {
    Kind kind;
    std::int64_t batch, heads, length;
    int d, nodes, m, p;
    bool causal;
    std::int64_t segment;  // as plan_fused_linear takes it
    std::size_t budget = 64 << 20;
};

// Tensors laid out as a layer's: [B, L, 3, H, d], so that strides are tested too.
struct Problem {
    Problem(const Case& c, std::mt19937_64& rng)
        : map(make_map(c.kind, static_cast<int>(c.heads), c.d, c.nodes, c.m, c.p, rng)),
          packed(pack_features(map)),
          width(c.heads * c.d),
          count(c.batch * c.length * width),
          host(static_cast<std::size_t>(3 * count)),
          qkv(host.size() * 2),
          y(static_cast<std::size_t>(count) * 2),
          denominators(static_cast<std::size_t>(c.batch * c.heads * c.length) * 4),
          words(packed.words.size() * 4) {
        shape.batch = c.batch;
        shape.heads = c.heads;
        shape.length = c.length;
        shape.head_dim = c.d;
        shape.causal = c.causal;
        int processors = 0;
        require(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0), "device");
        plan = plan_fused_linear(shape, packed, processors, c.budget, c.segment);
        scratch = std::make_unique<DeviceBuffer>(plan.scratch_bytes);
        std::uint64_t state = rng();
        for (auto& x : host) {
            // Sum of four uniforms: near enough to normal, and fast for long sequences.
            float sum = -2.f;
            for (int i = 0; i < 4; ++i) {
                state = state * 6364136223846793005ull + 1442695040888963407ull;
                sum += static_cast<float>(state >> 40) * (1.f / 16777216.f);
            }
            x = to_bf16(sum * 1.7f);
        }
        qkv.set(host.data(), host.size() * 2);
        words.set(packed.words.data(), packed.words.size() * 4);
        auto* base = static_cast<std::uint16_t*>(qkv.get());
        const TensorView view{nullptr, c.length * 3 * width, c.d, 3 * width};
        pass.shape = shape;
        pass.q = pass.k = pass.v = view;
        pass.q.data = base;
        pass.k.data = base + width;
        pass.v.data = base + 2 * width;
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
                out[i * shape.head_dim + e] = from_bf16(host[at]);
            }
        }
        return out;
    }

    FeatureMap map;
    PackedFeatures packed;
    std::int64_t width, count;
    std::vector<std::uint16_t> host;
    DeviceBuffer qkv, y, denominators, words;
    std::unique_ptr<DeviceBuffer> scratch;
    FusedShape shape;
    FusedPlan plan;
    FusedLinearPass pass;
};

struct Errors {
    double numerator = 0, denominator = 0, output = 0;
};

// Relative L2 over the rows of `sample` (all if empty) of head (0, 0) and of the last one.
Errors compare(const Problem& problem, const std::vector<std::int64_t>& sample) {
    const FusedShape& s = problem.shape;
    std::vector<std::uint16_t> y(static_cast<std::size_t>(problem.count));
    std::vector<float> denominators(static_cast<std::size_t>(s.batch * s.heads * s.length));
    problem.y.read(y.data(), y.size() * 2);
    problem.denominators.read(denominators.data(), denominators.size() * 4);
    double sums[6] = {};
    std::vector<std::pair<std::int64_t, std::int64_t>> heads{{0, 0}};
    if (s.batch * s.heads > 1) heads.emplace_back(s.batch - 1, s.heads - 1);
    std::vector<std::int64_t> rows = sample;
    if (rows.empty()) {
        for (std::int64_t i = 0; i < s.length; ++i) rows.push_back(i);
    }
    for (const auto& [b, h] : heads) {
        ReferenceFactors factors[2];
        std::thread other([&] {
            factors[0] = reference_factors(problem.map, problem.rows(0, b, h), static_cast<int>(h),
                                           s.length);
        });
        factors[1] =
            reference_factors(problem.map, problem.rows(1, b, h), static_cast<int>(h), s.length);
        other.join();
        const std::vector<float> v = problem.rows(2, b, h);
        std::vector<double> expected(rows.size() * s.head_dim), expected_denominator(rows.size());
        std::atomic<std::size_t> next{0};
        std::vector<std::thread> workers;
        for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t) {
            workers.emplace_back([&] {
                for (std::size_t n = next++; n < rows.size(); n = next++) {
                    expected_denominator[n] =
                        reference_row(problem.map, factors[0], factors[1], v, rows[n],
                                      s.causal ? rows[n] + 1 : s.length, problem.pass.delta,
                                      &expected[n * s.head_dim]);
                }
            });
        }
        for (auto& worker : workers) worker.join();
        for (std::size_t n = 0; n < rows.size(); ++n) {
            const double d = denominators[(b * s.heads + h) * s.length + rows[n]];
            const double d0 = expected_denominator[n];
            sums[0] += (d - d0) * (d - d0);
            sums[1] += d0 * d0;
            for (int e = 0; e < s.head_dim; ++e) {
                const double value =
                    from_bf16(y[(b * s.length + rows[n]) * problem.width + h * s.head_dim + e]);
                const double y0 = expected[n * s.head_dim + e];
                sums[2] += (value - y0) * (value - y0);
                sums[3] += y0 * y0;
                const double n1 = value * (d + problem.pass.delta),
                             n0 = y0 * (d0 + problem.pass.delta);
                sums[4] += (n1 - n0) * (n1 - n0);
                sums[5] += n0 * n0;
            }
        }
    }
    return {std::sqrt(sums[4] / sums[5]), std::sqrt(sums[0] / sums[1]),
            std::sqrt(sums[2] / sums[3])};
}

void run(const Problem& problem) {
    require(run_fused_linear(problem.pass, problem.plan), "launch");
    require(cudaDeviceSynchronize(), "run");
}

bool unwritten(const Problem& problem) {
    std::vector<std::uint16_t> y(static_cast<std::size_t>(problem.count));
    problem.y.read(y.data(), y.size() * 2);
    return std::any_of(y.begin(), y.end(), [](std::uint16_t x) { return (x & 0x7f80) == 0x7f80; });
}

// Error bound of the bf16 lane; signed maps are judged by numerator and denominator.
constexpr double kBound = 1e-2;

bool check(const Case& c, std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    Problem problem(c, rng);
    const std::string reason = fused_linear_unsupported(problem.shape, problem.packed);
    if (!reason.empty()) {
        std::printf("unsupported: %s\n", reason.c_str());
        return false;
    }
    run(problem);
    std::vector<std::int64_t> sample;
    if (c.length > 5000) {
        for (std::int64_t i = 0; i < 24; ++i) sample.push_back(c.length - 1 - i * (c.length / 24));
    }
    const Errors e = compare(problem, sample);
    std::vector<std::uint16_t> first(static_cast<std::size_t>(problem.count)), second(first.size());
    problem.y.read(first.data(), first.size() * 2);
    require(cudaMemset(problem.y.get(), 0xff, problem.y.bytes()), "poison");
    require(cudaMemset(problem.scratch->get(), 0xff, problem.scratch->bytes()), "poison");
    run(problem);
    problem.y.read(second.data(), second.size() * 2);
    const bool same = std::memcmp(first.data(), second.data(), first.size() * 2) == 0;
    const bool holes = unwritten(problem);
    const bool is_signed = c.kind == Kind::maclaurin;
    const bool good = same && !holes && e.numerator < kBound && e.denominator < kBound &&
                      (is_signed || e.output < kBound);
    std::printf(
        "%-9s B%-2lld H%-2lld L%-6lld d%-3d R%d M%-2d P%-2d %s T%-5lld W%-3lld N %.1e D %.1e y "
        "%.1e%s%s %s\n",
        kind_name(c.kind), static_cast<long long>(c.batch), static_cast<long long>(c.heads),
        static_cast<long long>(c.length), c.d, c.nodes, c.m, c.p, c.causal ? "causal" : "bidir ",
        static_cast<long long>(problem.plan.segment), static_cast<long long>(problem.plan.wave),
        e.numerator, e.denominator, e.output, same ? "" : " BITS DIFFER",
        holes ? " NOT FINITE" : "", good ? "ok" : "WRONG");
    std::fflush(stdout);
    return good;
}

int check_all(bool quick) {
    std::vector<Case> cases;
    using enum Kind;
    if (quick) {
        cases = {{anchor, 1, 2, 300, 32, 2, 16, 32, true, -1},
                 {anchor, 1, 2, 600, 32, 2, 16, 32, true, 256},
                 {anchor, 1, 1, 300, 32, 2, 16, 32, false, 256},
                 {anchor, 1, 1, 129, 64, 2, 16, 16, false, -1},
                 {anchor, 1, 1, 530, 64, 2, 16, 16, true, 256},
                 {laplace, 1, 1, 300, 16, 2, 32, 1, true, 256},
                 {anchor, 1, 1, 300, 128, 2, 16, 8, true, 256},
                 {maclaurin, 1, 1, 37, 128, 4, 16, 20, true, -1},
                 {linear, 1, 2, 300, 64, 1, 1, 1, true, 256},
                 {laplace, 1, 1, 300, 128, 4, 16, 1, true, 256},
                 {cosformer, 1, 1, 300, 16, 1, 1, 1, true, 256},
                 {hadamard, 1, 1, 300, 32, 2, 32, 1, true, 256},
                 {performer, 1, 2, 300, 32, 1, 64, 1, false, 256},
                 {anchor, 1, 1, 300, 16, 4, 8, 12, true, 256},
                 {anchor, 1, 1, 1, 32, 2, 16, 32, true, -1},
                 {anchor, 1, 1, 1500, 16, 1, 8, 4, true, 256, 1}};
    } else {
        for (const bool causal : {true, false}) {
            for (const std::int64_t length : {1, 37, 129, 300, 4101}) {
                for (const int d : {16, 32, 64, 128}) {
                    const std::int64_t segments[] = {0, -1, 256};
                    for (const std::int64_t segment : segments) {
                        cases.push_back(
                            {anchor, 1, 2, length, d, 2, 16, d == 32 ? 32 : 16, causal, segment});
                    }
                }
            }
            for (const Kind kind :
                 {anchor, maclaurin, laplace, hadamard, performer, linear, cosformer}) {
                for (const int d : {16, 32, 64, 128}) {
                    for (const std::int64_t segment : {-1, 512}) {
                        cases.push_back({kind, 2, 3, 1111, d, 4, 16, 12, causal, segment});
                    }
                }
            }
            for (const int nodes : {1, 2, 4}) {
                for (const int m : {8, 16, 64}) {
                    for (const int p : {4, 8, 20, 32, 64}) {
                        cases.push_back({anchor, 1, 2, 777, 32, nodes, m, p, causal, 256, 1});
                        cases.push_back(
                            {anchor, 1, 2, 777, 128, nodes, m, p, causal, m == 16 ? 256 : -1, 1});
                    }
                }
            }
            cases.push_back({anchor, 4, 16, 2000, 32, 2, 16, 32, causal, 0});
            cases.push_back({anchor, 1, 8, 32768, 32, 2, 16, 32, causal, 0});
            cases.push_back({anchor, 1, 8, 32768, 64, 2, 16, 16, causal, 0, 1 << 20});
        }
    }
    int wrong = 0;
    std::uint64_t seed = 1;
    for (const Case& c : cases) wrong += !check(c, seed++);
    std::printf("%zu cases, %d wrong\n", cases.size(), wrong);
    return wrong;
}

double median_ms(const Problem& problem, DeviceBuffer& flush, int repeats) {
    cudaEvent_t start, stop;
    require(cudaEventCreate(&start), "event");
    require(cudaEventCreate(&stop), "event");
    std::vector<float> times;
    for (int i = 0; i < repeats + 3; ++i) {
        require(cudaMemsetAsync(flush.get(), i, flush.bytes(), nullptr), "flush");
        require(cudaEventRecord(start, nullptr), "record");
        require(run_fused_linear(problem.pass, problem.plan), "launch");
        require(cudaEventRecord(stop, nullptr), "record");
        require(cudaEventSynchronize(stop), "wait");
        float ms = 0;
        require(cudaEventElapsedTime(&ms, start, stop), "elapsed");
        if (i >= 3) times.push_back(ms);
    }
    cudaEventDestroy(start);
    cudaEventDestroy(stop);
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

void time_all() {
    DeviceBuffer flush(256 << 20);
    std::printf(
        "kind      d   P  L       T     wave scratch MB  ms      TFLOP/s (states' products)\n");
    const auto measure = [&](Kind kind, int d, int p, std::int64_t length, bool causal,
                             std::int64_t segment, std::size_t budget) {
        std::mt19937_64 rng(7);
        Problem problem({kind, 1, 8, length, d, 2, 16, p, causal, segment, budget}, rng);
        problem.pass.denominators = nullptr;
        const double ms = median_ms(problem, flush, 20);
        // 4 F d operations a position: the products with the state and its update.
        const double operations =
            4.0 * problem.map.g * problem.map.p * d * 8 * static_cast<double>(length);
        std::printf(
            "%-9s %-3d %-2d %-7lld %-5lld %-4lld %7.1f     %-7.3f %.0f%s\n", kind_name(kind), d, p,
            static_cast<long long>(length), static_cast<long long>(problem.plan.segment),
            static_cast<long long>(problem.plan.wave), problem.plan.scratch_bytes / 1048576.0, ms,
            operations / ms * 1e-9, causal ? "" : " bidirectional");
        std::fflush(stdout);
    };
    for (const auto& [d, p] : {std::pair{32, 32}, std::pair{64, 16}}) {
        for (const std::int64_t length : {1024, 4096, 32768, 131072}) {
            measure(Kind::anchor, d, p, length, true, 0, 64 << 20);
            if (length == 32768) {
                for (const std::int64_t t : {256, 512, 768, 1024}) {
                    for (const std::size_t mb : {27, 56, 1024}) {
                        measure(Kind::anchor, d, p, length, true, t, mb << 20);
                    }
                }
            }
            if (length <= 4096) measure(Kind::anchor, d, p, length, true, -1, 64 << 20);
        }
        measure(Kind::anchor, d, p, 32768, false, 0, 64 << 20);
    }
    for (const Kind kind : {Kind::laplace, Kind::linear, Kind::cosformer}) {
        measure(kind, 32, 1, 32768, true, 0, 64 << 20);
        measure(kind, 64, 1, 32768, true, 0, 64 << 20);
    }
}

// Two passes of each headline shape, for a profiler.
void profile() {
    for (const auto& [d, p] : {std::pair{32, 32}, std::pair{64, 16}}) {
        std::mt19937_64 rng(7);
        Problem problem({Kind::anchor, 1, 8, 32768, d, 2, 16, p, true, 0, 1u << 30}, rng);
        run(problem);
        run(problem);
    }
}

}  // namespace
}  // namespace slay::kernels

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "all";
    int wrong = 0;
    if (mode == "quick") wrong = slay::kernels::check_all(true);
    if (mode == "check" || mode == "all") wrong = slay::kernels::check_all(false);
    if (mode == "profile") slay::kernels::profile();
    if (mode == "time" || mode == "all") slay::kernels::time_all();
    return wrong == 0 ? 0 : 1;
}

// Checks exact Yat against float64 over awkward shapes and near x = 1, then times it. Needs the
// CUDA runtime only:  yat_exact_check [check|quick|near|time|profile|all] [type] [longest to time]
#include <cstdio>
#include <string>

#include "tests/kernels/yat_problem.h"

namespace slay::kernels {
namespace {

using enum YatType;

struct Errors {
    double y = 0, d = 0, dq = 0, dk = 0, dv = 0;
    double gradient() const { return std::max({dq, dk, dv}); }
};

struct Sum {
    double difference = 0, size = 0;
    void add(double a, double b) {
        difference += (a - b) * (a - b);
        size += b * b;
    }
    double relative(double floor = 0) const {
        return std::sqrt(difference / std::max(size, floor));
    }
};

// Relative L2 over the first and the last head: all rows, or 24 of a long sequence, whose keys'
// gradients then take the device's own y and D of the other rows.
Errors compare(const YatProblem& problem) {
    const YatCase& c = problem.of();
    const bool all = c.length <= 1600;
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < (all ? c.length : 24); ++i)
        rows.push_back(all ? i : c.length - 1 - i * (c.length / 24));
    std::vector<std::pair<std::int64_t, std::int64_t>> heads{{0, 0}};
    if (c.batch * c.heads > 1) heads.emplace_back(c.batch - 1, c.heads - 1);
    Sum y, d, dq, dk, dv;
    for (const auto& [b, h] : heads) {
        YatHead head = problem.head(b, h);
        const std::vector<double> got_y = head.y, got_d = head.denominators;
        std::vector<double> expected(rows.size() * 4 * c.d), sums(rows.size());
        in_parallel(rows.size(),
                    [&](std::size_t n) { sums[n] = head.row(rows[n], &expected[n * 4 * c.d]); });
        for (std::size_t n = 0; n < rows.size(); ++n) {
            head.denominators[rows[n]] = sums[n];
            for (int e = 0; e < c.d; ++e) head.y[rows[n] * c.d + e] = expected[n * 4 * c.d + e];
        }
        in_parallel(rows.size(), [&](std::size_t n) {
            double* out = &expected[n * 4 * c.d];
            head.query_gradient(rows[n], out + c.d);
            head.key_gradient(rows[n], out + 2 * c.d, out + 3 * c.d);
        });
        const std::vector<double> got[3] = {problem.gradient(0, b, h), problem.gradient(1, b, h),
                                            problem.gradient(2, b, h)};
        for (std::size_t n = 0; n < rows.size(); ++n) {
            const std::int64_t at = rows[n] * c.d;
            const double* out = &expected[n * 4 * c.d];
            d.add(got_d[rows[n]], sums[n]);
            for (int e = 0; e < c.d; ++e) {
                y.add(got_y[at + e], out[e]);
                dq.add(got[0][at + e], out[c.d + e]);
                dk.add(got[1][at + e], out[2 * c.d + e]);
                dv.add(got[2][at + e], out[3 * c.d + e]);
            }
        }
    }
    // As the conformance grid: at L = 1 the gradients of q and k vanish but for delta.
    const double floor = 0.01 * (dq.size + dk.size + dv.size);
    return {y.relative(), d.relative(), dq.relative(floor), dk.relative(floor), dv.relative(floor)};
}

bool finite(const YatProblem& problem) {
    const YatCase& c = problem.of();
    const std::vector<unsigned char> bits = problem.results();
    const std::size_t size = size_of(c.type);
    const std::size_t end =
        bits.size() - static_cast<std::size_t>(c.batch * c.heads * c.length) * 4;
    for (std::size_t at = 0; at < end; at += size)
        if (!std::isfinite(decode(&bits[at], c.type))) return false;
    for (std::size_t at = end; at < bits.size(); at += 4)
        if (!std::isfinite(decode(&bits[at], float32))) return false;
    return true;
}

// Relative L2 of y and of gradients; the bounds of the variant's row in the registry.
Errors bound_of(YatType type) {
    if (type == bfloat16) return {5e-3, 5e-3, 1e-2, 1e-2, 1e-2};
    if (type == float16) return {1e-3, 1e-4, 2e-3, 2e-3, 2e-3};
    return {5e-6, 5e-6, 5e-5, 5e-5, 5e-5};
}

bool check(const YatCase& c, std::uint64_t seed) {
    YatProblem problem(c, seed);
    const auto both = [&] {
        problem.run_forward();
        problem.run_backward();
        require(cudaDeviceSynchronize(), "run");
    };
    both();
    const Errors e = compare(problem);
    const std::vector<unsigned char> first = problem.results();
    const bool holes = !finite(problem);
    problem.poison_results();
    both();
    const bool same = problem.results() == first;
    const Errors bound = bound_of(c.type);
    const bool good = same && !holes && e.y < bound.y && e.d < bound.d && e.gradient() < bound.dq;
    std::printf(
        "%-7s B%-2lld H%-2lld L%-6lld d%-3d %s eps %.0e ranges %lld %lld %lld  y %.1e D %.1e dq "
        "%.1e dk %.1e dv %.1e%s%s %s\n",
        name_of(c.type), static_cast<long long>(c.batch), static_cast<long long>(c.heads),
        static_cast<long long>(c.length), c.d, c.causal ? "causal" : "bidir ", c.epsilon,
        static_cast<long long>(problem.forward_plan.splits),
        static_cast<long long>(problem.backward_plan.splits),
        static_cast<long long>(problem.backward_plan.key_splits), e.y, e.d, e.dq, e.dk, e.dv,
        same ? "" : " BITS DIFFER", holes ? " NOT FINITE" : "", good ? "ok" : "WRONG");
    std::fflush(stdout);
    return good;
}

std::vector<YatCase> cases(bool quick) {
    std::vector<YatCase> all;
    const auto types = {bfloat16, float16, float32};
    if (quick) {
        for (const YatType type : {bfloat16, float32})
            for (const int d : {32, 64, 128})
                for (const bool causal : {true, false})
                    all.push_back({type, 1, 2, d == 32 ? 300 : 150, d, causal, d == 32 ? 2 : 1});
        all.push_back({float16, 1, 1, 37, 24, true, 1});
        return all;
    }
    for (const YatType type : types) {
        for (const bool causal : {true, false}) {
            for (const std::int64_t length : {1, 2, 37, 64, 129, 300, 1030})
                for (const int d : {32, 64, 128}) all.push_back({type, 1, 2, length, d, causal, 1});
            for (const int d : {8, 16, 24, 48, 80, 96, 112})
                all.push_back({type, 2, 3, 333, d, causal, 0, 1e-3});
            for (const std::int64_t splits : {2, 3, 5})
                for (const int d : {32, 64, 128})
                    all.push_back({type, 2, 2, 777, d, causal, splits});
            all.push_back({type, 4, 16, 600, 32, causal, 0});
            all.push_back({type, 1, 8, 8192, 32, causal, 0});
            all.push_back({type, 1, 1, 70001, 32, causal, 1});  // beyond the accumulators' reach
        }
        all.push_back({type, 1, 2, 400, 32, true, 0, 1e-2, 0.9});
        all.push_back({type, 1, 1, 3000, 64, true, 0, 1e-6, 0, std::int64_t{1} << 20});
    }
    return all;
}

int check_all(bool quick, const std::string& only) {
    int wrong = 0;
    std::uint64_t seed = 1;
    int done = 0;
    for (const YatCase& c : cases(quick)) {
        if (!only.empty() && only != name_of(c.type)) continue;
        wrong += !check(c, seed++);
        ++done;
    }
    std::printf("%d cases, %d wrong\n", done, wrong);
    return wrong;
}

// D in plain float32 arithmetic, norms included, as the row-block form computes it.
double plain_float_error(const YatProblem& problem) {
    const YatHead head = problem.head(0, 0);
    const auto unit = [&](const std::vector<double>& u) {
        std::vector<float> out(u.begin(), u.end());
        for (std::int64_t i = 0; i < head.length; ++i) {
            float sum = 0;
            for (int e = 0; e < head.d; ++e) sum += out[i * head.d + e] * out[i * head.d + e];
            for (int e = 0; e < head.d; ++e) out[i * head.d + e] /= std::sqrt(sum);
        }
        return out;
    };
    const std::vector<float> q = unit(head.q), k = unit(head.k);
    Sum error;
    std::vector<double> y(static_cast<std::size_t>(head.d));
    for (std::int64_t i = 0; i < head.length; ++i) {
        float sum = 0;
        for (std::int64_t j = 0; j < (head.causal ? i + 1 : head.length); ++j) {
            float x = 0;
            for (int e = 0; e < head.d; ++e) x += q[i * head.d + e] * k[j * head.d + e];
            const float den = std::max(2.f - 2.f * x, 0.f) + static_cast<float>(head.epsilon);
            sum += x * x / den;
        }
        error.add(sum, head.row(i, y.data()));
    }
    return error.relative();
}

// The error where C - 2x cancels: all pairs at about the same cosine. A rounding of x by r changes
// C - 2x by 2 r: that much more than elsewhere is allowed, four times of it in gradients.
int near_one() {
    constexpr double kRounding = 1.5e-7;
    int wrong = 0;
    std::printf("cosines near 1, L 256, d 32: relative L2 (D in plain float32 arithmetic last)\n");
    for (const YatType type : {bfloat16, float16, float32})
        for (const double cosine : {0.99, 0.999, 0.9999})
            for (const double epsilon : {1e-6, 1e-2}) {
                const YatCase c{type, 1, 1, 256, 32, true, 1, epsilon, cosine};
                YatProblem problem(c, 5);
                problem.run_forward();
                problem.run_backward();
                require(cudaDeviceSynchronize(), "run");
                const Errors e = compare(problem), usual = bound_of(type);
                const double more = 2 * kRounding / (epsilon + 2 - 2 * cosine);
                const bool good = e.d <= usual.d + more && e.y <= usual.y + more &&
                                  e.gradient() <= usual.dq + 4 * more;
                wrong += !good;
                std::printf(
                    "%-7s cos %.4f eps %.0e  D %.1e y %.1e dq %.1e dk %.1e dv %.1e  plain D %.1e "
                    "%s\n",
                    name_of(type), cosine, epsilon, e.d, e.y, e.dq, e.dk, e.dv,
                    plain_float_error(problem), good ? "ok" : "WRONG");
            }
    return wrong;
}

// Milliseconds, the median of `repeats` runs with a cold L2 cache.
double median_ms(const std::function<void()>& work, DeviceBuffer& flush, int repeats) {
    cudaEvent_t start, stop;
    require(cudaEventCreate(&start), "event");
    require(cudaEventCreate(&stop), "event");
    std::vector<float> times;
    for (int i = -2; i < repeats; ++i) {
        require(cudaMemsetAsync(flush.get(), i & 1, flush.bytes()), "flush");
        require(cudaEventRecord(start), "event");
        work();
        require(cudaEventRecord(stop), "event");
        require(cudaEventSynchronize(stop), "run");
        float ms = 0;
        require(cudaEventElapsedTime(&ms, start, stop), "event");
        if (i >= 0) times.push_back(ms);
    }
    cudaEventDestroy(start);
    cudaEventDestroy(stop);
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

void time_all(const std::string& only, std::int64_t longest) {
    cudaDeviceProp device;
    require(cudaGetDeviceProperties(&device, 0), "device");
    std::printf("%s; B*H 8, cold L2, median of 20 (5 above 50 ms)\n", device.name);
    std::printf("type    d   L       ranges   forward ms  backward ms\n");
    DeviceBuffer flush(256 << 20);
    const auto measure = [&](YatType type, int d, std::int64_t length, bool causal) {
        if ((!only.empty() && only != name_of(type)) || length > longest) return;
        YatProblem problem({type, 1, 8, length, d, causal}, 7);
        const auto time = [&](const std::function<void()>& work) {
            const double once = median_ms(work, flush, 1);
            return median_ms(work, flush, once > 50 ? 5 : 20);
        };
        const double forward = time([&] { problem.run_forward(); });
        const double backward = time([&] { problem.run_backward(); });
        std::printf("%-7s %-3d %-7lld %lld %lld %lld    %-10.4f  %-10.4f%s\n", name_of(type), d,
                    static_cast<long long>(length),
                    static_cast<long long>(problem.forward_plan.splits),
                    static_cast<long long>(problem.backward_plan.splits),
                    static_cast<long long>(problem.backward_plan.key_splits), forward, backward,
                    causal ? "" : "  bidirectional");
        std::fflush(stdout);
    };
    for (const YatType type : {bfloat16, float32}) {
        for (const std::int64_t length : {512, 1024, 2048, 4096, 8192, 16384, 32768, 131072})
            measure(type, 32, length, true);
        measure(type, 32, 32768, false);
        for (const std::int64_t length : {4096, 32768}) {
            measure(type, 64, length, true);
            measure(type, 128, length, true);
        }
    }
    for (const std::int64_t length : {4096, 32768}) measure(float16, 32, length, true);
}

// One pass of each headline shape, for a profiler.
void profile() {
    for (const YatType type : {bfloat16, float32}) {
        YatProblem problem({type, 1, 8, 16384, 32, true}, 7);
        problem.run_forward();
        problem.run_backward();
        require(cudaDeviceSynchronize(), "run");
    }
}

}  // namespace
}  // namespace slay::kernels

int main(int argc, char** argv) {
    using namespace slay::kernels;
    const std::string mode = argc > 1 ? argv[1] : "all";
    int wrong = 0;
    const std::string type = argc > 2 ? argv[2] : "";
    const std::int64_t longest = argc > 3 ? std::atoll(argv[3]) : 1 << 20;
    if (mode == "quick") wrong = check_all(true, type);
    if (mode == "check" || mode == "all") wrong = check_all(false, type);
    if (mode == "near" || mode == "check" || mode == "all") wrong += near_one();
    if (mode == "profile") profile();
    if (mode == "time" || mode == "all") time_all(type, longest);
    return wrong == 0 ? 0 : 1;
}

// Checks the fused linear attention against its plain form in float64 over awkward shapes, then
// times it. Needs the CUDA runtime only:  fused_linear_check
// [check|groups|quick|few|race|long|time|brief|one|profile|all] [part parts]
#include <cuda_runtime_api.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/kernels/fused_cases.h"

namespace slay::kernels {
namespace {

struct Errors {
    double numerator = 0, denominator = 0, output = 0;
};

const char* form_name(const FusedPlan& plan) {
    return plan.groups ? "group" : plan.wide ? "wide " : "any  ";
}

// Relative L2 over the rows of `sample` (all if empty) of head (0, 0) and of the last one.
Errors compare(const Problem& problem, const std::vector<std::int64_t>& sample) {
    const FusedShape& s = problem.shape;
    std::vector<unsigned char> y(problem.host.size() / 3);
    std::vector<float> denominators(static_cast<std::size_t>(s.batch * s.heads * s.length));
    problem.y.read(y.data(), y.size());
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
                const std::int64_t at =
                    (b * s.length + rows[n]) * problem.width + h * s.head_dim + e;
                const double value =
                    read_element(y.data(), static_cast<std::size_t>(at), problem.element);
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

bool unwritten(const Problem& problem, const std::vector<unsigned char>& y) {
    for (std::size_t i = 0; i < y.size() / bytes_of(problem.element); ++i) {
        if (!std::isfinite(read_element(y.data(), i, problem.element))) return true;
    }
    return false;
}

// Relative L2 allowed of outputs of maps without signs: the variants' conformance bounds. Three
// times that for numerators and denominators alone (a signed quotient has no bound). Twice
// float32's where 64 exponentials of far nodes or many samples are so uneven that a few features
// carry a row, whose rounding then does not average out.
double bound(const Case& c) {
    switch (c.element) {
        case Element::bfloat16:
            return 5e-3;
        case Element::float16:
            return 1e-3;
        default:
            return c.nodes * c.m >= 64 ? 2e-5 : 1e-5;
    }
}

struct Worst {
    double error[2][3] = {};  // without and with signs; by element
};

bool check(const Case& c, std::uint64_t seed, bool groups_only, Worst& worst) {
    std::mt19937_64 rng(seed);
    Problem problem(c, rng);
    if (!problem.reason.empty()) {
        std::printf("unsupported: %s\n", problem.reason.c_str());
        return false;
    }
    if (groups_only && !problem.plan.groups) return true;
    run(problem);
    std::vector<std::int64_t> sample;
    if (c.length > 1200) {
        for (std::int64_t i = 0; i < 48; ++i) sample.push_back(c.length - 1 - i * (c.length / 48));
    }
    const Errors e = compare(problem, sample);
    std::vector<unsigned char> first(problem.host.size() / 3), second(first.size());
    problem.y.read(first.data(), first.size());
    require(cudaMemset(problem.y.get(), 0xff, problem.y.bytes()), "poison");
    require(cudaMemset(problem.scratch->get(), 0xff, problem.scratch->bytes()), "poison");
    run(problem);
    problem.y.read(second.data(), second.size());
    const bool same = std::memcmp(first.data(), second.data(), first.size()) == 0;
    const bool holes = unwritten(problem, first);
    const bool is_signed = problem.map.cancels;
    // Numerators and denominators alone carry what a quotient takes out.
    const double most = std::max({e.numerator / 3, e.denominator / 3, is_signed ? 0.0 : e.output});
    const bool good = same && !holes && most < bound(c);
    double& seen = worst.error[is_signed][static_cast<int>(c.element)];
    seen = std::max(seen, most);
    std::printf(
        "%-9s %s B%-2lld H%-2lld L%-6lld d%-3d R%d M%-2d P%-2d %s T%-5lld W%-3lld %s N %.1e D %.1e "
        "y %.1e%s%s %s\n",
        kind_name(c.kind), element_name(c.element), static_cast<long long>(c.batch),
        static_cast<long long>(c.heads), static_cast<long long>(c.length), c.d, c.nodes, c.m, c.p,
        c.causal ? "causal" : "bidir ", static_cast<long long>(problem.plan.segment),
        static_cast<long long>(problem.plan.wave), form_name(problem.plan), e.numerator,
        e.denominator, e.output, same ? "" : " BITS DIFFER", holes ? " NOT FINITE" : "",
        good ? "ok" : "WRONG");
    std::fflush(stdout);
    return good;
}

int check_all(Extent extent, int part, int parts) {
    const std::vector<Case> cases = cases_of(extent);
    int wrong = 0;
    std::uint64_t seed = 0;
    Worst worst;
    for (const Case& c : cases) {
        if (static_cast<int>(++seed % parts) != part) continue;
        wrong += !check(c, seed, extent == Extent::groups, worst);
    }
    for (const int element : {0, 1, 2}) {
        std::printf("%s: worst error %.2e, of signed maps %.2e\n",
                    element_name(static_cast<Element>(element)), worst.error[0][element],
                    worst.error[1][element]);
    }
    std::printf("%zu cases in %d parts, %d wrong\n", cases.size(), parts, wrong);
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

struct Timing {
    Kind kind;
    int d, p;
    std::int64_t length;
    bool causal = true;
    std::int64_t segment = 0;
    double budget = 0.9;  // of the bytes of y, as fused_linear_torch.cpp has it
    Element element = Element::bfloat16;
    bool warpgroups = true;
};

// `brief`: what the forms with warpgroup products take; `one`: of this, maps of one factor.
void time_all(bool brief, bool one = false) {
    DeviceBuffer flush(256 << 20);
    std::printf(
        "kind      type d   P  L       T     wave scratch MB form     ms      TFLOP/s (states' "
        "products)\n");
    const auto measure = [&](const Timing& t) {
        std::mt19937_64 rng(7);
        const double bytes =
            t.budget * static_cast<double>(t.length * 8 * t.d * bytes_of(t.element));
        const auto budget = std::max(static_cast<std::size_t>(bytes), std::size_t{10} << 20);
        const int m = t.kind == Kind::performer                             ? 64
                      : t.kind == Kind::laplace || t.kind == Kind::hadamard ? 32
                                                                            : 16;
        Case c{t.kind, 1, 8, t.length, t.d, 2, m, t.p, t.causal, t.segment, budget, t.element};
        c.warpgroups = t.warpgroups;
        c.period = std::min<std::int64_t>(t.length, 4096);  // rows repeat themselves
        Problem problem(c, rng);
        if (brief && !problem.plan.groups) return;
        problem.pass.denominators = nullptr;
        const double ms = median_ms(problem, flush, t.length > 100000 ? 7 : 15);
        // 4 F d operations a position: the products with the state and its update.
        const double operations =
            4.0 * problem.map.g * problem.map.p * t.d * 8 * static_cast<double>(t.length);
        std::printf(
            "%-9s %s %-3d %-2d %-7lld %-5lld %-4lld %7.1f    %s %-7.4f %.0f%s\n", kind_name(t.kind),
            element_name(t.element), t.d, t.p, static_cast<long long>(t.length),
            static_cast<long long>(problem.plan.segment), static_cast<long long>(problem.plan.wave),
            static_cast<double>(problem.plan.scratch_bytes) / 1048576.0, form_name(problem.plan),
            ms, operations / ms * 1e-9, t.causal ? "" : " bidirectional");
        std::fflush(stdout);
    };
    using enum Kind;
    if (one) {
        for (const Kind kind : {linear, cosformer, performer, laplace}) {
            for (const int d : {32, 64}) {
                for (const std::int64_t length : {1024, 4096, 8192, 32768, 131072})
                    measure({kind, d, 1, length});
            }
        }
        return;
    }
    for (const auto& [d, p] : {std::pair{32, 32}, std::pair{64, 16}}) {
        for (const std::int64_t length : {512, 1024, 2048, 4096, 8192, 32768, 131072}) {
            measure({anchor, d, p, length});
        }
        measure({anchor, d, p, 1024, true, 256});
        for (const std::int64_t t : {512, 768}) {
            measure({anchor, d, p, 32768, true, t, 60.0});
        }
        measure({anchor, d, p, 32768, false});
        measure({anchor, d, p, 32768, true, 0, 0.9, Element::bfloat16, false});
        if (brief) continue;
        measure({anchor, d, p, 32768, true, 0, 0.9, Element::float32});
        measure({anchor, d, p, 32768, true, 512, 0.9, Element::float32});
        measure({anchor, d, p, 1024, true, 0, 0.9, Element::float32});
    }
    for (const Kind kind : {linear, cosformer, performer, laplace}) {
        for (const int d : {32, 64}) {
            for (const std::int64_t t : {0, 512}) measure({kind, d, 1, 32768, true, t});
            measure({kind, d, 1, 32768, true, 0, 0.9, Element::bfloat16, false});
        }
        measure({kind, 64, 1, 1024});
        if (!brief) measure({kind, 64, 1, 32768, true, 0, 0.9, Element::float32});
    }
    if (brief) return;
    measure({sketch, 32, 32, 32768});
    measure({nystrom, 32, 32, 32768});
}

// L = 16 M in one pass: q, k and v take 26 GB. They repeat themselves every 4096 rows, so that a
// row's sums are those over one period many times, and over a part of one.
int check_long() {
    std::mt19937_64 rng(11);
    Case c{Kind::linear, 1, 2, std::int64_t{1} << 24, 128, 1, 1, 1, true, 0, 512 << 20};
    c.period = 4096;
    Problem problem(c, rng);
    run(problem);
    const std::int64_t h = c.heads - 1, period = c.period;
    std::vector<float> parts[3];
    for (int i = 0; i < 3; ++i) {
        for (std::int64_t row = 0; row < period; ++row) {
            for (int e = 0; e < c.d; ++e) {
                const std::int64_t at = (3 * row + i) * problem.width + h * c.d + e;
                parts[i].push_back(
                    read_element(problem.host.data(), static_cast<std::size_t>(at), c.element));
            }
        }
    }
    const ReferenceFactors q =
        reference_factors(problem.map, parts[0], static_cast<int>(h), period);
    const ReferenceFactors k =
        reference_factors(problem.map, parts[1], static_cast<int>(h), period);
    double sums[4] = {};
    const double delta = problem.pass.delta;
    for (const std::int64_t row : {c.length - 1, c.length - 1000, c.length / 2 + 77, 5000L}) {
        std::vector<double> whole(c.d), part(c.d);
        const std::int64_t at = row % period;
        const auto times = static_cast<double>(row / period);
        const double d_whole =
            reference_row(problem.map, q, k, parts[2], at, period, delta, whole.data());
        const double d_part =
            reference_row(problem.map, q, k, parts[2], at, at + 1, delta, part.data());
        const double expected_denominator = times * d_whole + d_part;
        float denominator = 0;
        problem.denominators.read(&denominator, 4,
                                  static_cast<std::size_t>(h * c.length + row) * 4);
        std::vector<unsigned char> y(static_cast<std::size_t>(c.d) * 2);
        problem.y.read(y.data(), y.size(),
                       static_cast<std::size_t>(row * problem.width + h * c.d) * 2);
        sums[0] += std::pow(denominator / expected_denominator - 1, 2);
        sums[1] += 1;
        for (int e = 0; e < c.d; ++e) {
            const double expected =
                (times * whole[e] * (d_whole + delta) + part[e] * (d_part + delta)) /
                (expected_denominator + delta);
            sums[2] += std::pow(
                read_element(y.data(), static_cast<std::size_t>(e), c.element) - expected, 2);
            sums[3] += expected * expected;
        }
    }
    const double d = std::sqrt(sums[0] / sums[1]), y = std::sqrt(sums[2] / sums[3]);
    // Values average out over so many rows that y is small beside the errors of its terms.
    const bool good = d < bound(c) && y < 20 * bound(c);
    std::printf("L = 16 M, d = 128, two heads, %.1f GB of q, k, v: D %.1e y %.1e %s\n",
                static_cast<double>(problem.qkv.bytes()) * 1e-9, d, y, good ? "ok" : "WRONG");
    return !good;
}

// One pass of each headline shape, for a profiler.
void profile() {
    const auto once = [](Kind kind, int d, int p, Element element) {
        std::mt19937_64 rng(7);
        Case c{kind, 1,    8, 32768,     d,      2, kind == Kind::performer ? 64 : 16,
               p,    true, 0, 21u << 20, element};
        c.period = 4096;
        Problem problem(c, rng);
        run(problem);
    };
    once(Kind::anchor, 32, 32, Element::bfloat16);
    once(Kind::anchor, 64, 16, Element::bfloat16);
    once(Kind::linear, 32, 1, Element::bfloat16);
    once(Kind::linear, 64, 1, Element::bfloat16);
    once(Kind::cosformer, 32, 1, Element::bfloat16);
    once(Kind::cosformer, 64, 1, Element::bfloat16);
    once(Kind::performer, 32, 1, Element::bfloat16);
    once(Kind::performer, 64, 1, Element::bfloat16);
}

}  // namespace
}  // namespace slay::kernels

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "all";
    int wrong = 0;
    using enum slay::kernels::Extent;
    // Every `parts`-th case, so that several processes share the reference's work.
    const int part = argc > 3 ? std::atoi(argv[2]) : 0;
    const int parts = argc > 3 ? std::max(1, std::atoi(argv[3])) : 1;
    const auto check = [&](slay::kernels::Extent e) {
        wrong = slay::kernels::check_all(e, part, parts);
    };
    if (mode == "check" || mode == "all") check(all);
    if (mode == "groups") check(groups);
    if (mode == "quick") check(quick);
    if (mode == "few") check(few);
    if (mode == "race") check(race);
    if (mode == "long") wrong = slay::kernels::check_long();
    if (mode == "profile") slay::kernels::profile();
    if (mode == "time" || mode == "all") slay::kernels::time_all(false);
    if (mode == "brief") slay::kernels::time_all(true);
    if (mode == "one") slay::kernels::time_all(true, true);
    return wrong == 0 ? 0 : 1;
}

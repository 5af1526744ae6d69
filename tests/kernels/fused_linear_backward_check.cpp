// Checks the backward pass of the fused linear attention against float64 over awkward shapes, then
// times it. Needs the CUDA runtime only; `tiny` is for sanitizers:
//   fused_linear_backward_check [check|quick|tiny|time|profile|all] [bf16|fp32]
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "engine/kernels/fused_linear_backward.h"
#include "tests/kernels/backward_reference.h"
#include "tests/kernels/check_device.h"

namespace slay::kernels {
namespace {

struct Case {
    Kind kind;
    std::int64_t batch, heads, length;
    int d, nodes, m, p;
    bool causal;
    std::int64_t segment;  // as plan_fused_backward takes it
    std::size_t budget = 64 << 20;
    Element type = Element::bfloat16;
};

// Values of the inputs' type on the host, as they are copied.
class HostRows {
  public:
    HostRows(std::int64_t count, Element type)
        : half_(type == Element::bfloat16), bytes_(static_cast<std::size_t>(count) * width()) {}
    std::size_t width() const { return half_ ? 2 : 4; }
    std::size_t bytes() const { return bytes_.size(); }
    void* data() { return bytes_.data(); }
    const void* data() const { return bytes_.data(); }
    void set(std::int64_t at, float value) {
        if (half_) {
            const std::uint16_t bits = to_bf16(value);
            std::memcpy(&bytes_[at * 2], &bits, 2);
        } else {
            std::memcpy(&bytes_[at * 4], &value, 4);
        }
    }
    float get(std::int64_t at) const {
        if (half_) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, &bytes_[at * 2], 2);
            return from_bf16(bits);
        }
        float value = 0;
        std::memcpy(&value, &bytes_[at * 4], 4);
        return value;
    }

  private:
    bool half_;
    std::vector<unsigned char> bytes_;
};

// What rounding took from y, as rounding.cuh keeps it.
signed char rest_of(double exact, float rounded) {
    if (rounded == 0.f || !std::isfinite(rounded)) return 0;
    const double steps = std::ldexp(exact - rounded, 15 - std::ilogb(rounded));
    return static_cast<signed char>(std::clamp(std::lrint(steps), -127l, 127l));
}

// Inputs and gradients laid out as a layer's, [B, L, 3, H, d] and [B, L, H, d].
struct Problem {
    Problem(const Case& given, std::mt19937_64& rng)
        : c(given),
          map(make_map(c.kind, static_cast<int>(c.heads), c.d, c.nodes, c.m, c.p, rng)),
          packed(pack_gradients(map)),
          width(c.heads * c.d),
          count(c.batch * c.length * width),
          host(3 * count, c.type),
          dy_host(count, c.type),
          y_host(count, c.type),
          correction_host(static_cast<std::size_t>(count)),
          denominators_host(static_cast<std::size_t>(c.batch * c.heads * c.length), 1.f),
          qkv(host.bytes()),
          gradients(host.bytes()),
          dy(dy_host.bytes()),
          y(dy_host.bytes()),
          correction(correction_host.size()),
          denominators(denominators_host.size() * 4),
          words(packed.words.size() * 4) {
        shape.batch = c.batch;
        shape.heads = c.heads;
        shape.length = c.length;
        shape.head_dim = c.d;
        shape.causal = c.causal;
        shape.element = c.type;
        int processors = 0;
        require(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0), "device");
        plan = plan_fused_backward(shape, packed, processors, c.budget, c.segment);
        scratch = std::make_unique<DeviceBuffer>(plan.scratch_bytes);
        std::uint64_t state = rng();
        const auto draw = [&] {
            // Sum of four uniforms: near enough to normal, and fast for long sequences.
            float sum = -2.f;
            for (int i = 0; i < 4; ++i) {
                state = state * 6364136223846793005ull + 1442695040888963407ull;
                sum += static_cast<float>(state >> 40) * (1.f / 16777216.f);
            }
            return sum * 1.7f;
        };
        for (std::int64_t i = 0; i < 3 * count; ++i) host.set(i, draw());
        // In a long case most rows of dy are zero, which spares the reference their forward pass.
        for (std::int64_t i = 0; i < count; ++i) {
            const bool kept = c.length <= 9000 || i / width % 89 == 7;
            dy_host.set(i, kept ? draw() : 0.f);
        }
        words.set(packed.words.data(), packed.words.size() * 4);
        const std::size_t element = host.width();
        const auto view = [&](const DeviceBuffer& buffer, int part, int parts) {
            auto* base = static_cast<unsigned char*>(buffer.get());
            return TensorView{base + static_cast<std::size_t>(part * width) * element,
                              c.length * parts * width, c.d, parts * width};
        };
        pass.shape = shape;
        pass.q = view(qkv, 0, 3);
        pass.k = view(qkv, 1, 3);
        pass.v = view(qkv, 2, 3);
        pass.dq = view(gradients, 0, 3);
        pass.dk = view(gradients, 1, 3);
        pass.dv = view(gradients, 2, 3);
        pass.y = view(y, 0, 1);
        pass.dy = view(dy, 0, 1);
        if (c.type == Element::bfloat16) {
            pass.correction = {correction.get(), c.length * width, c.d, width};
        }
        pass.denominators = static_cast<const float*>(denominators.get());
        pass.features = &packed;
        pass.device_words = words.get();
        pass.scratch = scratch->get();
    }

    std::int64_t at(std::int64_t b, std::int64_t i, std::int64_t h, int part, int parts) const {
        return ((b * c.length + i) * parts + part) * width + h * c.d;
    }

    HeadCase head_case(std::int64_t b, std::int64_t h) const {
        HeadCase one;
        one.map = &map;
        one.head = static_cast<int>(h);
        one.length = c.length;
        one.causal = c.causal;
        one.delta = pass.delta;
        const auto read = [&](std::vector<float>& to, const HostRows& from, int part, int parts) {
            for (std::int64_t i = 0; i < c.length; ++i) {
                for (int e = 0; e < c.d; ++e) to.push_back(from.get(at(b, i, h, part, parts) + e));
            }
        };
        read(one.q, host, 0, 3);
        read(one.k, host, 1, 3);
        read(one.v, host, 2, 3);
        read(one.dy, dy_host, 0, 1);
        return one;
    }

    // The forward pass of one head by the reference; its y, D and what rounding took from y go to
    // the device. Where a sum of a signed map cancels, dy becomes zero: the quotient has no bound.
    HeadOutput forward(HeadCase& one, std::int64_t b, std::int64_t h) {
        HeadOutput out = reference_forward(one);
        for (std::int64_t i = 0; i < c.length; ++i) {
            denominators_host[(b * c.heads + h) * c.length + i] =
                static_cast<float>(out.denominators[i]);
            const bool kept =
                std::abs(out.denominators[i] + one.delta) > 0.05 * (out.magnitudes[i] + one.delta);
            for (int e = 0; e < c.d; ++e) {
                const std::int64_t to = at(b, i, h, 0, 1) + e;
                const double value = out.y[i * c.d + e];
                y_host.set(to, static_cast<float>(value));
                correction_host[static_cast<std::size_t>(to)] = rest_of(value, y_host.get(to));
                if (kept) continue;
                dy_host.set(to, 0.f);
                one.dy[i * c.d + e] = 0.f;
            }
        }
        return out;
    }

    void upload() {
        qkv.set(host.data(), host.bytes());
        dy.set(dy_host.data(), dy_host.bytes());
        y.set(y_host.data(), y_host.bytes());
        correction.set(correction_host.data(), correction_host.size());
        denominators.set(denominators_host.data(), denominators_host.size() * 4);
    }

    void run() {
        require(run_fused_backward(pass, plan), "launch");
        require(cudaDeviceSynchronize(), "run");
    }

    Case c;
    FeatureMap map;
    PackedGradients packed;
    std::int64_t width, count;
    HostRows host, dy_host, y_host;
    std::vector<signed char> correction_host;
    std::vector<float> denominators_host;
    DeviceBuffer qkv, gradients, dy, y, correction, denominators, words;
    std::unique_ptr<DeviceBuffer> scratch;
    BackwardShape shape;
    FusedPlan plan;
    FusedBackwardPass pass;
};

// Bounds of the relative L2 error.
double bound_of(Element type) {
    return type == Element::bfloat16 ? 1e-2 : 1e-4;
}

bool check(const Case& c, std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    Problem problem(c, rng);
    const std::string reason = fused_backward_unsupported(problem.shape, problem.packed);
    if (!reason.empty()) {
        std::printf("unsupported: %s\n", reason.c_str());
        return false;
    }
    // Head (0, 0) and, in short cases, the last one are compared; the others only have to be
    // finite.
    std::vector<std::pair<std::int64_t, std::int64_t>> heads{{0, 0}};
    if (c.batch * c.heads > 1 && c.length <= 9000) heads.emplace_back(c.batch - 1, c.heads - 1);
    std::vector<HeadCase> cases;
    std::vector<HeadOutput> outputs;
    for (const auto& [b, h] : heads) {
        cases.push_back(problem.head_case(b, h));
        outputs.push_back(problem.forward(cases.back(), b, h));
    }
    for (std::int64_t i = 0; i < problem.count; ++i) {
        if (std::isnan(problem.y_host.get(i))) problem.y_host.set(i, 0.f);
    }
    problem.upload();
    problem.run();
    HostRows first(3 * problem.count, c.type), second(3 * problem.count, c.type);
    problem.gradients.read(first.data(), first.bytes());
    problem.gradients.poison();
    problem.scratch->poison();
    problem.run();
    problem.gradients.read(second.data(), second.bytes());
    const bool same = std::memcmp(first.data(), second.data(), first.bytes()) == 0;
    bool holes = false;
    for (std::int64_t i = 0; i < 3 * problem.count; ++i) holes |= !std::isfinite(second.get(i));

    std::vector<std::int64_t> rows;
    const std::int64_t step = std::max<std::int64_t>(1, c.length / (c.length > 9000 ? 24 : 300));
    for (std::int64_t i = c.length - 1; i >= 0; i -= step) rows.push_back(i);
    double differences[3] = {}, sizes[3] = {};
    for (std::size_t n = 0; n < heads.size(); ++n) {
        const HeadGradients expected = reference_backward(cases[n], outputs[n], rows);
        const std::vector<double>* parts[3] = {&expected.q, &expected.k, &expected.v};
        for (int part = 0; part < 3; ++part) {
            for (std::size_t r = 0; r < rows.size(); ++r) {
                for (int e = 0; e < c.d; ++e) {
                    const double value = second.get(
                        problem.at(heads[n].first, rows[r], heads[n].second, part, 3) + e);
                    const double expect = (*parts[part])[r * c.d + e];
                    differences[part] += (value - expect) * (value - expect);
                    sizes[part] += expect * expect;
                }
            }
        }
    }
    // As the conformance grid: at L = 1 the gradients of q and k vanish but for delta.
    double errors[3];
    bool good = same && !holes;
    for (int part = 0; part < 3; ++part) {
        const double all = 0.01 * (sizes[0] + sizes[1] + sizes[2]);
        errors[part] = std::sqrt(differences[part] / std::max(sizes[part], all));
        good = good && errors[part] < bound_of(c.type);
    }
    std::printf(
        "%-9s %s B%-2lld H%-2lld L%-6lld d%-3d R%d M%-2d P%-2d %s T%-5lld W%-3lld dq %.1e dk %.1e "
        "dv %.1e%s%s %s\n",
        kind_name(c.kind), c.type == Element::bfloat16 ? "bf16" : "fp32",
        static_cast<long long>(c.batch), static_cast<long long>(c.heads),
        static_cast<long long>(c.length), c.d, c.nodes, c.m, c.p, c.causal ? "causal" : "bidir ",
        static_cast<long long>(problem.plan.segment), static_cast<long long>(problem.plan.wave),
        errors[0], errors[1], errors[2], same ? "" : " BITS DIFFER", holes ? " NOT FINITE" : "",
        good ? "ok" : "WRONG");
    std::fflush(stdout);
    return good;
}

std::vector<Case> quick_cases(Element type) {
    using enum Kind;
    std::vector<Case> cases{{anchor, 1, 2, 300, 32, 2, 16, 32, true, -1},
                            {anchor, 1, 2, 600, 32, 2, 16, 32, true, 256, 1},
                            {anchor, 1, 1, 300, 32, 2, 16, 32, false, 256},
                            {anchor, 1, 1, 129, 64, 2, 16, 16, false, -1},
                            {anchor, 1, 1, 530, 64, 2, 16, 16, true, 256},
                            {laplace, 1, 1, 300, 16, 2, 32, 1, true, 256},
                            {anchor, 1, 1, 300, 128, 2, 16, 8, true, 256},
                            {maclaurin, 1, 1, 37, 128, 4, 16, 20, true, -1},
                            {maclaurin, 1, 1, 537, 64, 4, 16, 20, true, 256},
                            {linear, 1, 2, 300, 64, 1, 1, 1, true, 256},
                            {laplace, 1, 1, 300, 128, 4, 16, 1, true, 256},
                            {cosformer, 1, 1, 300, 16, 1, 1, 1, true, 256},
                            {hadamard, 1, 1, 300, 32, 2, 32, 1, true, 256},
                            {performer, 1, 2, 300, 32, 1, 64, 1, false, 256},
                            {anchor, 1, 1, 300, 16, 4, 8, 12, true, 256},
                            {anchor, 1, 1, 1, 32, 2, 16, 32, true, -1},
                            {anchor, 1, 1, 1500, 16, 1, 8, 4, true, 256, 1}};
    for (Case& c : cases) c.type = type;
    return cases;
}

// Every form of the kernels once, on as few positions as show its tiles' ends.
std::vector<Case> tiny_cases(Element type) {
    using enum Kind;
    std::vector<Case> cases{{anchor, 1, 1, 530, 32, 2, 16, 32, true, 256, 1},
                            {anchor, 1, 1, 70, 32, 2, 16, 32, false, -1},
                            {anchor, 1, 1, 530, 64, 2, 16, 16, true, 256},
                            {anchor, 1, 1, 300, 64, 2, 16, 16, false, 256},
                            {maclaurin, 1, 1, 300, 32, 4, 16, 12, true, 256},
                            {laplace, 1, 1, 300, 16, 4, 16, 1, true, 256},
                            {cosformer, 1, 1, 300, 32, 1, 1, 1, true, 256},
                            {anchor, 1, 1, 300, 128, 2, 16, 8, true, 256}};
    for (Case& c : cases) c.type = type;
    return cases;
}

std::vector<Case> all_cases(Element type) {
    using enum Kind;
    std::vector<Case> cases;
    for (const bool causal : {true, false}) {
        for (const std::int64_t length : {1, 37, 129, 300, 2101}) {
            for (const int d : {16, 32, 64, 128}) {
                for (const std::int64_t segment : {0, -1, 256}) {
                    // No plan forms states of so few, and their rounding does not cancel.
                    if (length < 16 && segment > 0) continue;
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
                    if (m == 64) continue;
                    cases.push_back(
                        {anchor, 1, 2, 777, 128, nodes, m, p, causal, m == 16 ? 256 : -1, 1});
                }
            }
        }
        if (type == Element::bfloat16) {
            for (const Kind kind : {anchor, laplace}) {
                for (const int d : {16, 64}) {
                    cases.push_back({kind, 1, 2, 600, d, 8, 64, 8, causal, 256});
                }
            }
        }
        cases.push_back({anchor, 4, 16, 2000, 32, 2, 16, 32, causal, 0});
        cases.push_back({anchor, 1, 8, causal ? 32768 : 8192, 32, 2, 16, 32, causal, 0});
        cases.push_back({anchor, 1, 8, 8192, 64, 2, 16, 16, causal, 0, 1 << 20});
    }
    for (Case& c : cases) c.type = type;
    return cases;
}

int check_all(const std::vector<Case>& cases) {
    int wrong = 0;
    std::uint64_t seed = 1;
    for (const Case& c : cases) wrong += !check(c, seed++);
    std::printf("%zu cases, %d wrong\n", cases.size(), wrong);
    return wrong;
}

double median_ms(Problem& problem, DeviceBuffer& flush, int repeats) {
    cudaEvent_t start, stop;
    require(cudaEventCreate(&start), "event");
    require(cudaEventCreate(&stop), "event");
    std::vector<float> times;
    for (int i = 0; i < repeats + 3; ++i) {
        require(cudaMemsetAsync(flush.get(), i, flush.bytes()), "flush");
        require(cudaEventRecord(start), "record");
        require(run_fused_backward(problem.pass, problem.plan), "launch");
        require(cudaEventRecord(stop), "record");
        require(cudaEventSynchronize(stop), "time");
        float ms = 0;
        require(cudaEventElapsedTime(&ms, start, stop), "time");
        if (i >= 3) times.push_back(ms);
    }
    cudaEventDestroy(start);
    cudaEventDestroy(stop);
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

void time_all() {
    DeviceBuffer flush(256 << 20);
    std::printf("kind      type d   P  L       T     wave scratch MB  ms\n");
    const auto measure = [&](const Case& c) {
        std::mt19937_64 rng(7);
        Problem problem(c, rng);
        if (!fused_backward_unsupported(problem.shape, problem.packed).empty()) return;
        problem.upload();
        const double ms = median_ms(problem, flush, 20);
        std::printf("%-9s %s %-3d %-2d %-7lld %-5lld %-4lld %7.1f     %-7.3f%s\n",
                    kind_name(c.kind), c.type == Element::bfloat16 ? "bf16" : "fp32", c.d, c.p,
                    static_cast<long long>(c.length), static_cast<long long>(problem.plan.segment),
                    static_cast<long long>(problem.plan.wave),
                    problem.plan.scratch_bytes / 1048576.0, ms, c.causal ? "" : " bidirectional");
        std::fflush(stdout);
    };
    using enum Kind;
    for (const auto& [d, p] : {std::pair{32, 32}, std::pair{64, 16}}) {
        for (const std::int64_t length : {1024, 4096, 32768}) {
            measure({anchor, 1, 8, length, d, 2, 16, p, true, 0});
        }
        for (const std::int64_t t : {256, 512, 1024}) {
            for (const std::size_t mb : {32, 1024}) {
                measure({anchor, 1, 8, 32768, d, 2, 16, p, true, t, mb << 20});
            }
        }
        measure({anchor, 1, 8, 32768, d, 2, 16, p, false, 0});
    }
    for (const Kind kind : {laplace, linear, cosformer, performer}) {
        measure({kind, 1, 8, 32768, 32, 2, 32, 1, true, 0});
    }
    for (const Element type : {Element::float32}) {
        measure({anchor, 1, 8, 32768, 32, 2, 16, 32, true, 0, 64 << 20, type});
        measure({anchor, 1, 8, 32768, 64, 2, 16, 16, true, 0, 64 << 20, type});
    }
}

// One pass of each headline shape, for a profiler.
void profile() {
    for (const auto& [d, p] : {std::pair{32, 32}, std::pair{64, 16}}) {
        std::mt19937_64 rng(7);
        Problem problem({Kind::anchor, 1, 8, 32768, d, 2, 16, p, true, 512, 1u << 30}, rng);
        problem.upload();
        problem.run();
    }
}

}  // namespace
}  // namespace slay::kernels

int main(int argc, char** argv) {
    using namespace slay::kernels;
    const std::string mode = argc > 1 ? argv[1] : "all";
    int wrong = 0;
    const std::string only = argc > 2 ? argv[2] : "";
    for (const Element type : {Element::bfloat16, Element::float32}) {
        if (!only.empty() && (only == "bf16") != (type == Element::bfloat16)) continue;
        if (mode == "quick") wrong += check_all(quick_cases(type));
        if (mode == "tiny") wrong += check_all(tiny_cases(type));
        if (mode == "check" || mode == "all") wrong += check_all(all_cases(type));
    }
    if (mode == "profile") profile();
    if (mode == "time" || mode == "all") time_all();
    return wrong == 0 ? 0 : 1;
}

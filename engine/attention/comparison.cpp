#include "engine/attention/comparison.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/util/Exception.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/attention/arithmetic.h"
#include "engine/attention/random_stream.h"

namespace slay {
namespace {

// Rows are compared where the sum of a signed estimate keeps at least this part of its terms'
// sizes: cancellation magnifies rounding by the inverse.
constexpr double kKeptBySum = 0.05;
constexpr double kGradientFloor = 0.1;

// Fresh memory is NaN inside its scope, so that a read before a write shows.
class PoisonedMemory {
  public:
    PoisonedMemory()
        : deterministic_(at::globalContext().deterministicAlgorithms()),
          warn_only_(at::globalContext().deterministicAlgorithmsWarnOnly()),
          fill_(at::globalContext().deterministicFillUninitializedMemory()),
          handler_(c10::WarningUtils::get_warning_handler()) {
        at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
        at::globalContext().setDeterministicFillUninitializedMemory(true);
        c10::WarningUtils::set_warning_handler(&silent_);
    }
    ~PoisonedMemory() {
        c10::WarningUtils::set_warning_handler(handler_);
        at::globalContext().setDeterministicFillUninitializedMemory(fill_);
        at::globalContext().setDeterministicAlgorithms(deterministic_, warn_only_);
    }
    PoisonedMemory(const PoisonedMemory&) = delete;
    PoisonedMemory& operator=(const PoisonedMemory&) = delete;

  private:
    struct Silent : c10::WarningHandler {
        void process(const c10::Warning&) override {}
    };
    bool deterministic_, warn_only_, fill_;
    c10::WarningHandler* handler_;
    Silent silent_;
};

at::Tensor on_cpu(const at::Tensor& x) {
    return x.detach().to(at::kCPU, at::kDouble);
}

}  // namespace

double relative_l2(const at::Tensor& a, const at::Tensor& b) {
    const double difference = (on_cpu(a) - on_cpu(b)).norm().item<double>();
    const double size = on_cpu(b).norm().item<double>();
    return size > 0 ? difference / size : difference;
}

at::Tensor well_conditioned(const at::Tensor& denominators, double fraction) {
    const at::Tensor sizes = denominators.abs();
    return sizes > fraction * sizes.median();
}

PlainInput plain_input(const Attention& attention, const at::Tensor& q, const at::Tensor& k,
                       const at::Tensor& v) {
    const AttentionConfig& config = attention.config();
    return {.q = q,
            .k = k,
            .v = v,
            .buffers = attention.buffers(),
            .causal = config.causal,
            .epsilon = config.parameters.real("epsilon", 1e-6),
            .poly_features = config.parameters.integer("poly_features", 32),
            .delta = config.delta};
}

CaseInput exact_case(std::int64_t batch, std::int64_t heads, std::int64_t length,
                     std::int64_t head_dim, std::uint64_t seed) {
    RandomStream stream(seed, "conformance");
    const auto draw = [&] {
        const at::Tensor x = stream.normal({batch, heads, length, head_dim});
        return (x * 64).floor_().clamp_(-128, 127).mul_(2).add_(1).div_(128);
    };
    CaseInput input;
    input.q = draw();
    input.k = draw();
    input.v = draw();
    input.dy = draw();
    return input;
}

Reference reference(const VariantImplementation& variant, const Attention& attention,
                    const CaseInput& input) {
    const at::AutoGradMode with_grad(true);
    const auto leaf = [](const at::Tensor& x) { return x.detach().clone().requires_grad_(true); };
    const at::Tensor q = leaf(input.q), k = leaf(input.k), v = leaf(input.v);
    const PlainOutput plain = variant.plain(plain_input(attention, q, k, v));
    Reference result;
    result.rows = at::ones({input.q.size(0), input.q.size(1), input.q.size(2), 1}, at::kDouble);
    if (plain.denominators.defined()) {
        const double delta = attention.config().delta;
        const at::Tensor kept =
            (plain.denominators + delta).abs() > kKeptBySum * (plain.magnitudes + delta);
        result.rows = kept.to(at::kDouble).unsqueeze(-1);
        result.rows_left_out = (result.rows == 0).sum().item<std::int64_t>();
    }
    result.dy = input.dy * result.rows;
    const auto gradients = torch::autograd::grad({plain.output}, {q, k, v}, {result.dy});
    result.output = plain.output.detach();
    result.dq = gradients[0];
    result.dk = gradients[1];
    result.dv = gradients[2];
    return result;
}

namespace {

// Against the reference in the rows compared. In the others, whose denominators are near zero, a
// narrow type may overflow; NaN, as of rows that nobody wrote, counts everywhere.
double compared_error(const at::Tensor& output, const Reference& reference) {
    const at::Tensor overflow = output.isinf().logical_and(reference.rows == 0);
    return relative_l2(output.masked_fill(overflow, 0) * reference.rows,
                       reference.output * reference.rows);
}

}  // namespace

CaseErrors compare(Attention& attention, const CaseInput& input, const Reference& reference,
                   at::Device device, DataType type) {
    const at::AutoGradMode with_grad(true);
    const Float32Lane lane(type == DataType::tf32);
    const auto options = at::TensorOptions().dtype(scalar_type(type)).device(device);
    const auto leaf = [&](const at::Tensor& x) { return x.to(options).requires_grad_(true); };
    const at::Tensor q = leaf(input.q), k = leaf(input.k), v = leaf(input.v);
    at::Tensor output;
    torch::autograd::variable_list gradients;
    {
        const PoisonedMemory poisoned;
        output = attention.forward(q, k, v);
        gradients = torch::autograd::grad({output}, {q, k, v}, {reference.dy.to(options)});
    }
    CaseErrors errors;
    errors.backend = attention.backend();
    errors.output = compared_error(on_cpu(output), reference);
    if (device.is_cuda()) {  // a pass without gradients may take another kernel
        const PoisonedMemory poisoned;
        const at::NoGradGuard no_grad;
        const at::Tensor alone = on_cpu(attention.forward(q, k, v));
        errors.alone = compared_error(alone, reference);
        errors.alone_backend = attention.backend();
    }
    const std::array<at::Tensor, 3> expected{reference.dq, reference.dk, reference.dv};
    double all = 0;
    for (const at::Tensor& each : expected) all += each.square().sum().item<double>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double difference = (on_cpu(gradients[i]) - expected[i]).norm().item<double>();
        const double size =
            std::max(expected[i].norm().item<double>(), kGradientFloor * std::sqrt(all));
        const double error = size > 0 ? difference / size : difference;
        if (!(error <= errors.gradient)) errors.gradient = error;  // keeps NaN
        if (std::isnan(error)) break;
    }
    return errors;
}

Result<at::Device> parse_device(const std::string& text) {
    const int present = at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0;
    const bool cuda = present > 0;
    if (text == "cpu" || (text == "auto" && !cuda)) return at::Device(at::kCPU);
    if (text == "auto") return at::Device(at::kCUDA, 0);
    int index = -1;
    if (text == "cuda") index = 0;
    if (text.size() > 5 && text.size() < 9 && text.rfind("cuda:", 0) == 0 &&
        std::all_of(text.begin() + 5, text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        index = std::stoi(text.substr(5));
    if (index < 0)
        return Error{ErrorKind::usage,
                     "'" + text + "' is no device; expected auto, cpu, cuda or cuda:0"};
    if (index >= present)
        return Error{ErrorKind::no_device, "there is no device " + text + ": this machine has " +
                                               std::to_string(present) + " CUDA devices"};
    return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace slay

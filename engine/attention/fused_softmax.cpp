#include "engine/attention/fused_softmax.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <limits>
#include <optional>

namespace slay {
namespace {

// Leaves exactly one kernel switched on, and puts the switches back.
class OnlyKernel {
  public:
    explicit OnlyKernel(SoftmaxKernel kernel) : before_(read()) {
        write({kernel == SoftmaxKernel::math, kernel == SoftmaxKernel::flash,
               kernel == SoftmaxKernel::efficient, kernel == SoftmaxKernel::cudnn});
    }
    ~OnlyKernel() { write(before_); }
    OnlyKernel(const OnlyKernel&) = delete;
    OnlyKernel& operator=(const OnlyKernel&) = delete;

  private:
    using Switches = std::array<bool, 4>;  // math, flash, efficient, cudnn
    static Switches read() {
        const at::Context& context = at::globalContext();
        return {context.userEnabledMathSDP(), context.userEnabledFlashSDP(),
                context.userEnabledMemEfficientSDP(), context.userEnabledCuDNNSDP()};
    }
    static void write(const Switches& on) {
        at::Context& context = at::globalContext();
        context.setSDPUseMath(on[0]);
        context.setSDPUseFlash(on[1]);
        context.setSDPUseMemEfficient(on[2]);
        context.setSDPUseCuDNN(on[3]);
    }
    Switches before_;
};

// LibTorch says why a kernel is refused in warnings; keeps the last and prints none.
class WarningCollector : public c10::WarningHandler {
  public:
    WarningCollector() : before_(c10::WarningUtils::get_warning_handler()) {
        c10::WarningUtils::set_warning_handler(this);
    }
    ~WarningCollector() override { c10::WarningUtils::set_warning_handler(before_); }
    void process(const c10::Warning& warning) override {
        // "Memory efficient kernel not used because:" names a kernel, not a reason.
        if (warning.msg().find("not used because") == std::string::npos &&
            warning.msg().find("runtime disabled") == std::string::npos)
            last_ = warning.msg();
    }
    const std::string& last() const { return last_; }

  private:
    c10::WarningHandler* before_;
    std::string last_;
};

std::int64_t choice(const FusedSoftmaxInput& input) {
    return at::_fused_sdp_choice(input.q, input.k, input.v, std::nullopt, 0.0, input.causal);
}

// The values of LibTorch's SDPBackend.
constexpr std::array<SoftmaxKernel, 4> kByBackend{SoftmaxKernel::math, SoftmaxKernel::flash,
                                                  SoftmaxKernel::efficient, SoftmaxKernel::cudnn};

std::string first_line(std::string text) {
    const auto end = text.find('\n');
    return end == std::string::npos ? text : text.substr(0, end);
}

// Milliseconds of one pass on a GPU: the least of a few, after two to warm up.
double time_kernel(SoftmaxKernel kernel, const FusedSoftmaxInput& input) {
    const bool train = at::GradMode::is_enabled() && input.q.requires_grad();
    const auto leaf = [&](const at::Tensor& x) { return x.detach().requires_grad_(train); };
    const FusedSoftmaxInput own{leaf(input.q), leaf(input.k), leaf(input.v), input.causal};
    const at::Tensor gradient = train ? at::ones_like(input.q) : at::Tensor();
    const c10::DeviceType type = input.q.device().type();
    const c10::impl::VirtualGuardImpl device(type);
    double best = std::numeric_limits<double>::infinity();
    for (int sample = 0; sample < 6; ++sample) {
        c10::Event begin(type, c10::EventFlag::BACKEND_DEFAULT);
        c10::Event end(type, c10::EventFlag::BACKEND_DEFAULT);
        begin.record(device.getStream(input.q.device()));
        const at::Tensor output = run_kernel(kernel, own);
        if (train) torch::autograd::grad({output}, {own.q, own.k, own.v}, {gradient});
        end.record(device.getStream(input.q.device()));
        end.synchronize();
        if (sample >= 2) best = std::min(best, begin.elapsedTime(end));
    }
    return best;
}

}  // namespace

std::string_view to_string(SoftmaxKernel kernel) {
    constexpr std::array<std::string_view, 4> names{"math", "flash", "efficient", "cudnn"};
    return names[static_cast<std::size_t>(kernel)];
}

std::string refusal(SoftmaxKernel kernel, const FusedSoftmaxInput& input) {
    if (kernel == SoftmaxKernel::math) return {};
    const OnlyKernel only(kernel);
    WarningCollector warnings;
    try {
        const std::int64_t chosen = choice(input);
        if (chosen > 0 && kByBackend.at(static_cast<std::size_t>(chosen)) == kernel) return {};
    } catch (const c10::Error& error) {
        if (warnings.last().empty()) return first_line(error.what_without_backtrace());
    }
    return warnings.last().empty() ? "LibTorch has no such kernel for these inputs"
                                   : first_line(warnings.last());
}

SoftmaxKernel default_kernel(const FusedSoftmaxInput& input) {
    const std::int64_t chosen = choice(input);
    TORCH_CHECK(chosen >= 0 && chosen < static_cast<std::int64_t>(kByBackend.size()),
                "scaled_dot_product_attention chose an unknown kernel, number ", chosen);
    return kByBackend[static_cast<std::size_t>(chosen)];
}

at::Tensor run_kernel(SoftmaxKernel kernel, const FusedSoftmaxInput& input) {
    const OnlyKernel only(kernel);
    return at::scaled_dot_product_attention(input.q, input.k, input.v, std::nullopt, 0.0,
                                            input.causal);
}

SoftmaxKernel fastest_kernel(const FusedSoftmaxInput& input) {
    if (!input.q.is_cuda()) return default_kernel(input);
    std::optional<SoftmaxKernel> fastest;
    double least = std::numeric_limits<double>::infinity();
    std::exception_ptr failure;
    for (const SoftmaxKernel kernel :
         {SoftmaxKernel::flash, SoftmaxKernel::efficient, SoftmaxKernel::cudnn}) {
        if (!refusal(kernel, input).empty()) continue;
        try {
            const double milliseconds = time_kernel(kernel, input);
            if (milliseconds < least) fastest = kernel, least = milliseconds;
        } catch (const c10::Error&) {
            failure = std::current_exception();  // cuDNN may refuse only when it runs
        }
    }
    if (!fastest && failure) std::rethrow_exception(failure);
    return fastest.value_or(SoftmaxKernel::math);
}

}  // namespace slay

#include "engine/attention/own/own_conformance.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/attention/comparison.h"
#include "engine/attention/own/own_attention.h"
#include "engine/core/own_variant.h"
#include "engine/core/units.h"

namespace slay {
namespace {

struct Miss {
    std::string text;
};
struct Refusal {
    std::string text;
};

// Relative L2 between two runs that should agree but for rounding.
double rounding(DataType type) {
    switch (type) {
        case DataType::float64:
            return 1e-9;
        case DataType::float32:
            return 2e-4;
        case DataType::bfloat16:
            return 3e-2;
        case DataType::float16:
        case DataType::tf32:  // 10 bits of mantissa each
            return 5e-3;
    }
    return 0;
}

// Relative L2 against its own float64: what is more is no rounding any more.
double allowed_error(DataType type) {
    return type == DataType::float32 ? 1e-2 : type == DataType::float64 ? 0 : 1e-1;
}

constexpr double kDiffers = 1e-4;  // two outputs that should differ do so by more than this

struct Inputs {
    at::Tensor q, k, v, dy;  // [B, H, L, d]
    Inputs moved(at::Device device, at::ScalarType type) const {
        return {q.to(device, type), k.to(device, type), v.to(device, type), dy.to(device, type)};
    }
};

class Conformance {
  public:
    explicit Conformance(const OwnRequest& request)
        : request_(request), device_(*parse_device(request.device)) {
        config_.heads = request.heads;
        config_.head_dim = request.head_dim;
        config_.causal = request.causal;
        config_.parameters = request.parameters;
        attention_ = std::make_unique<OwnAttention>(config_);
        attention_->to(device_, scalar_type(request.type));
    }

    OwnVerdict run() {
        OwnVerdict verdict;
        try {
            const std::string shapes = at_awkward_lengths();
            verdict.text = fmt::format(
                "{}: shape, type, finite, inputs untouched, values matter, repeats, {}layout, "
                "{}{}{}",
                shapes, takes_both_ ? "batch, " : "", request_.causal ? "causal" : "sees later keys",
                error_ ? fmt::format(", float64 ({})", format_number(*error_, 2)) : std::string(),
                request_.gradients ? ", gradients" : "");
            verdict.error = error_;
        } catch (const Miss& miss) {
            verdict = {OwnVerdict::Kind::incorrect, miss.text + " Nothing of it is timed.", {}};
        } catch (const WrongOutput& wrong) {
            verdict = {OwnVerdict::Kind::incorrect,
                       fmt::format("Not an attention at {}: {}. Nothing of it is timed.", where_,
                                   wrong.what()),
                       {}};
        } catch (const Refusal& refusal) {
            verdict = {OwnVerdict::Kind::unsupported, refusal.text, {}};
        }
        return verdict;
    }

  private:
    std::string at_awkward_lengths() {
        const bool any_shape = attention_->module().takes_any_type();
        // Code that was compiled for one of the awkward lengths alone is looked at there.
        const auto takes_all = [&](std::int64_t batch) {
            return any_shape || (takes(batch, 37) && takes(batch, 129));
        };
        const bool pair = takes_all(2), single = takes_all(1);
        takes_both_ = pair && single;
        if (!any_shape && !takes(request_.batch, request_.length))
            throw Refusal{fmt::format(
                "The package does not take [{}, {}, {}, {}] of {}: measure the shapes and the type "
                "that it was compiled for.",
                request_.batch, request_.heads, request_.length, request_.head_dim,
                to_string(request_.type))};
        if (!pair && !single) {
            at_length(request_.batch, request_.length);
            return fmt::format("at B = {}, L = {} alone", request_.batch, request_.length);
        }
        for (const std::int64_t length : {37, 129}) at_length(pair ? 2 : 1, length);
        return "at L = 37 and 129";
    }

    // Whether code that was compiled for shapes takes this one.
    bool takes(std::int64_t batch, std::int64_t length) {
        try {
            const Inputs in = draw(batch, length, 0);
            call(in);
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    }

    Inputs draw(std::int64_t batch, std::int64_t length, std::uint64_t more) const {
        const CaseInput drawn = exact_case(batch, request_.heads, length, request_.head_dim,
                                           request_.seed + 1000 * more + 17);
        return Inputs{drawn.q, drawn.k, drawn.v, drawn.dy}.moved(device_,
                                                                  scalar_type(request_.type));
    }

    at::Tensor call(const Inputs& in) {
        const at::NoGradGuard no_grad;
        return attention_->forward(in.q, in.k, in.v);
    }

    [[noreturn]] void miss(const std::string& what) const {
        throw Miss{fmt::format("Not an attention at {}: {}.", where_, what)};
    }

    void same(const at::Tensor& a, const at::Tensor& b, const char* what) const {
        const double apart = relative_l2(a, b);
        if (!(apart <= rounding(request_.type)))
            miss(fmt::format("{} (relative difference {}, allowed {})", what,
                             format_number(apart, 2), format_number(rounding(request_.type), 2)));
    }

    void at_length(std::int64_t batch, std::int64_t length) {
        where_ = fmt::format("B = {}, H = {}, L = {}, d = {}, {}{}", batch, request_.heads, length,
                             request_.head_dim, to_string(request_.type),
                             request_.causal ? ", causal" : "");
        const Inputs in = draw(batch, length, 0), other = draw(batch, length, 1);
        const Inputs kept{in.q.clone(), in.k.clone(), in.v.clone(), in.dy};
        const at::Tensor y = call(in);
        if (!at::isfinite(y).all().item<bool>()) miss("its output is not finite");
        if (!in.q.equal(kept.q) || !in.k.equal(kept.k) || !in.v.equal(kept.v))
            miss("it changes its inputs");
        if (!(relative_l2(call({in.q, in.k, other.v, {}}), y) > kDiffers))
            miss("its output does not depend on v");
        same(call(in), y, "the same inputs give another output");
        if (batch > 1 && takes_both_) {
            const auto last = [](const at::Tensor& x) { return x.narrow(0, x.size(0) - 1, 1); };
            same(call({last(in.q), last(in.k), last(in.v), {}}), last(y),
                 "a sequence alone gives another output than beside others");
        }
        same(call(as_views(in)), y, "views of a projection give another output than copies");
        look_ahead(in, other, y, length);
        precision(in, y);
        if (request_.gradients) gradients(in);
    }

    // As a layer hands them over: [B, L, 3, H, d], seen as three of [B, H, L, d].
    static Inputs as_views(const Inputs& in) {
        const auto parts = at::stack({in.q, in.k, in.v}, 0)
                               .permute({1, 3, 0, 2, 4})
                               .contiguous()
                               .permute({2, 0, 3, 1, 4})
                               .unbind(0);
        return {parts[0], parts[1], parts[2], {}};
    }

    void look_ahead(const Inputs& in, const Inputs& other, const at::Tensor& y,
                    std::int64_t length) {
        const std::array cuts{std::int64_t{1}, length / 2, length - 1};
        for (const std::int64_t cut : cuts) {
            // One key among many may change little.
            if (cut < 1 || cut >= length || (!request_.causal && cut != length / 2)) continue;
            const auto tail_changed = [&](const at::Tensor& x, const at::Tensor& more) {
                return at::cat({x.narrow(2, 0, cut), more.narrow(2, cut, length - cut) * 4}, 2);
            };
            const at::Tensor changed = call({tail_changed(in.q, other.q), tail_changed(in.k, other.k),
                                             tail_changed(in.v, other.v), {}});
            const at::Tensor before = y.narrow(2, 0, cut), after = changed.narrow(2, 0, cut);
            if (request_.causal)
                same(after, before,
                     fmt::format("what comes after position {} changes outputs before it", cut - 1)
                         .c_str());
            else if (!(relative_l2(after, before) > kDiffers))
                miss(fmt::format(
                    "with causal = false the keys after position {} change nothing before it",
                    cut - 1));
        }
    }

    // Code may take one type alone; then there is nothing to compare with.
    void precision(const Inputs& in, const at::Tensor& y) {
        if (request_.type == DataType::float64 || !attention_->module().takes_any_type()) return;
        at::Tensor exact;
        try {
            if (!exact_) exact_ = std::make_unique<OwnAttention>(config_);
            const at::NoGradGuard no_grad;
            const Inputs wide = in.moved(device_, at::kDouble);
            exact = exact_->forward(wide.q, wide.k, wide.v);
        } catch (const std::runtime_error&) {
            return;
        }
        const double apart = relative_l2(y, exact);
        error_ = std::max(error_.value_or(0), apart);
        if (!(apart <= allowed_error(request_.type)))
            miss(fmt::format("it differs from its own float64 by {} (allowed {})",
                             format_number(apart, 2),
                             format_number(allowed_error(request_.type), 2)));
    }

    // <y, dy> along a direction, against what its gradients say: in float64 where the code takes
    // it, else in float32.
    void gradients(const Inputs& given) {
        if (!attention_->module().differentiable())
            throw Refusal{"The package has no backward pass; measure its forward pass."};
        const at::AutoGradMode with_grad(true);
        const auto of = [&](OwnAttention& attention, const Inputs& in) {
            const auto leaf = [](const at::Tensor& x) {
                return x.detach().clone().requires_grad_(true);
            };
            const std::array<at::Tensor, 3> leaves{leaf(in.q), leaf(in.k), leaf(in.v)};
            const at::Tensor y = attention.forward(leaves[0], leaves[1], leaves[2]);
            if (!y.requires_grad())
                throw Refusal{"Its output has no gradient; measure its forward pass."};
            auto found = torch::autograd::grad({y}, {leaves[0], leaves[1], leaves[2]}, {in.dy},
                                               std::nullopt, false, true);
            for (std::size_t i = 0; i < 3; ++i) {
                if (!found[i].defined()) found[i] = at::zeros_like(leaves[i]);
                if (!at::isfinite(found[i]).all().item<bool>())
                    miss(fmt::format("the gradient of {} is not finite", "qkv"[i]));
            }
            return found;
        };
        of(*attention_, given);
        bool wide = true;
        std::unique_ptr<OwnAttention> attention = std::make_unique<OwnAttention>(config_);
        const auto slopes = [&](at::ScalarType type) {
            const Inputs in = given.moved(device_, type);
            const Inputs way = draw(in.q.size(0), in.q.size(2), 2).moved(device_, type);
            const auto found = of(*attention, in);
            const double predicted = (found[0] * way.q).sum().item<double>() +
                                     (found[1] * way.k).sum().item<double>() +
                                     (found[2] * way.v).sum().item<double>();
            const double step = type == at::kDouble ? 1e-5 : 3e-3;
            const auto along = [&](double by) {
                const at::NoGradGuard no_grad;
                return (attention->forward(in.q + by * way.q, in.k + by * way.k,
                                           in.v + by * way.v) *
                        in.dy)
                    .to(at::kDouble)
                    .sum()
                    .item<double>();
            };
            const double measured = (along(step) - along(-step)) / (2 * step);
            const double size = std::sqrt(found[0].square().sum().item<double>() +
                                          found[1].square().sum().item<double>() +
                                          found[2].square().sum().item<double>());
            return std::array{predicted, measured, size};
        };
        std::array<double, 3> slope{};
        try {
            slope = slopes(at::kDouble);
        } catch (const std::runtime_error&) {
            wide = false;
            slope = slopes(at::kFloat);
        }
        const double allowed = (wide ? 1e-3 : 5e-2) * (std::abs(slope[1]) + slope[2]);
        if (!(std::abs(slope[0] - slope[1]) <= allowed))
            miss(fmt::format("its gradients say a slope of {}, and its output has {}",
                             format_number(slope[0], 4), format_number(slope[1], 4)));
    }

    const OwnRequest& request_;
    const at::Device device_;
    AttentionConfig config_;
    std::unique_ptr<OwnAttention> attention_, exact_;
    std::string where_;
    bool takes_both_ = true;  // one sequence, and several
    std::optional<double> error_;
};

}  // namespace

OwnVerdict own_conformance(const OwnRequest& request) {
    return Conformance(request).run();
}

}  // namespace slay

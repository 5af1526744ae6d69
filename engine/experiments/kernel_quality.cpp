// Experiment: how far a linearised Yat layer is from the exact one under the same weights and
// inputs.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <vector>

#include "engine/core/statistics.h"
#include "engine/core/variant_info.h"
#include "engine/experiments/attention_pass.h"
#include "engine/experiments/experiment.h"
#include "engine/experiments/reference.h"

namespace slay {
namespace {

// The tensors of one seed and what exact arithmetic makes of them.
class QualityCase {
  public:
    QualityCase(const PointSetup& setup, const MeasuringDevice& device)
        : setup_(setup), inputs_(draw_inputs(setup, device.torch_device())) {
        type_ = reference_type(setup.batch, setup.heads, setup.length, setup.head_dim,
                               device.gpu.has_value());
        const at::NoGradGuard no_grad;
        if (!setup.layer) {
            q_ = inputs_.q.to(type_);
            k_ = inputs_.k.to(type_);
            v_ = inputs_.v.to(type_);
            return;
        }
        // The layer's own rounded inputs and weights, multiplied out in the reference's type.
        const auto heads = at::linear(inputs_.x.to(type_), inputs_.weights.qkv.to(type_))
                               .view({setup.batch, setup.length, 3, setup.heads, setup.head_dim})
                               .permute({2, 0, 3, 1, 4})
                               .unbind(0);
        q_ = heads[0];
        k_ = heads[1];
        v_ = heads[2];
    }

    const PointSetup& setup() const { return setup_; }
    const SharedInputs& inputs() const { return inputs_; }
    at::ScalarType type() const { return type_; }

    const at::Tensor& exact(double epsilon) {
        at::Tensor& known = exact_[epsilon];
        if (!known.defined()) known = finish(exact_yat(q_, k_, v_, setup_.causal, epsilon));
        return known;
    }

    double uniform_error(double epsilon) {
        const auto known = uniform_.find(epsilon);
        if (known != uniform_.end()) return known->second;
        const at::Tensor output = finish(uniform_attention(v_, setup_.causal));
        return uniform_[epsilon] = compare_outputs(output, exact(epsilon)).relative_l2;
    }

    double quadrature_error(double epsilon, int nodes) {
        const auto key = std::pair(epsilon, nodes);
        const auto known = quadrature_.find(key);
        if (known != quadrature_.end()) return known->second;
        const at::Tensor output = finish(quadrature_yat(q_, k_, v_, setup_.causal, epsilon, nodes));
        return quadrature_[key] = compare_outputs(output, exact(epsilon)).relative_l2;
    }

  private:
    // The output projection, in the layer lane.
    at::Tensor finish(const at::Tensor& heads) const {
        if (!setup_.layer) return heads;
        const at::NoGradGuard no_grad;
        const at::Tensor merged =
            heads.transpose(1, 2).reshape({setup_.batch, setup_.length, setup_.width});
        return at::linear(merged, inputs_.weights.output.to(type_));
    }

    PointSetup setup_;
    SharedInputs inputs_;
    at::ScalarType type_ = at::kDouble;
    at::Tensor q_, k_, v_;  // [B, H, L, d] in the reference's type
    std::map<double, at::Tensor> exact_;
    std::map<double, double> uniform_;
    std::map<std::pair<double, int>, double> quadrature_;
};

struct SeedValues : std::map<std::string, std::vector<double>, std::less<>> {
    std::string implementation;  // the same for every seed
};

void measure_seed(SeedValues& values, QualityCase& quality, const PointSetup& setup) {
    const double epsilon = setup.own.real("epsilon", 1e-6);
    AttentionPass pass(setup, quality.inputs());
    const OutputError error = compare_outputs(pass.output(), quality.exact(epsilon));
    values.implementation = implementation_of(pass.backend());
    values["relative_l2"].push_back(error.relative_l2);
    values["cosine"].push_back(error.cosine);
    values["mse"].push_back(error.mse);
    values["uniform_relative_l2"].push_back(quality.uniform_error(epsilon));
    if (setup.own.has("nodes")) {
        const auto nodes = static_cast<int>(setup.own.integer("nodes"));
        values["quadrature_relative_l2"].push_back(quality.quadrature_error(epsilon, nodes));
    }
    const Layer::Heads heads = pass.heads();
    const at::NoGradGuard no_grad;
    const at::Tensor denominators = pass.core().denominators(heads.q, heads.k);
    if (denominators.defined()) {
        values["nonpositive_rows"].push_back(denominators.le(0).sum().item<double>());
        values["minimum_denominator"].push_back(denominators.min().item<double>());
    }
}

// Mean over the seeds with its interval; the smallest denominator is the smallest of all.
PointResult summarise_seeds(const SeedValues& values, const PointSetup& setup,
                            at::ScalarType reference) {
    PointResult result;
    result.state = PointState::ok;
    std::vector<std::string> spread;
    for (const auto& [metric, samples] : values) {
        bool finite = true;
        for (const double sample : samples) finite = finite && std::isfinite(sample);
        if (!finite) {
            result.state = PointState::failed;
            result.reason =
                fmt::format("{} is not finite for every seed: the output overflows.", metric);
            continue;
        }
        if (metric == "minimum_denominator") {
            result.metrics[metric].value = *std::min_element(samples.begin(), samples.end());
            result.metrics[metric].count = static_cast<std::int64_t>(samples.size());
            continue;
        }
        result.metrics[metric] = mean_with_interval(samples);
        if (samples.size() > 1) {
            result.notes["sd_" + metric] = fmt::format("{:.6g}", standard_deviation(samples));
        }
    }
    result.notes["rows"] = std::to_string(setup.batch * setup.heads * setup.length);
    result.notes["reference"] =
        fmt::format("exact spherical Yat in {}", reference == at::kDouble ? "float64" : "float32");
    result.notes["implementation"] = values.implementation;
    return result;
}

class KernelQuality final : public Experiment {
  public:
    std::string_view name() const override { return "kernel-quality"; }

    void run_group(std::span<const Point> group, ExperimentContext& context) override {
        for (const Point& point : group) {
            if (!context.run.control.wait_while_paused() || !context.device.lost.empty()) break;
            context.run.observer.point_started(point);
            if (!context.admitted(point)) continue;
            const double free = context.device.free_bytes();
            try {
                measure(point, context);
            } catch (...) {
                cases_.clear();
                context.fail(point, std::current_exception(), free);
            }
        }
        context.device.release_cache();
    }

    void forget(MeasuringDevice&) override { cases_.clear(); }

  private:
    void measure(const Point& point, ExperimentContext& context) {
        SeedValues values;
        at::ScalarType reference = at::kDouble;
        for (const std::int64_t seed : seeds_of(point)) {
            if (!context.run.control.wait_while_paused()) return;
            PointSetup setup = point_setup(point, seed);
            setup.pass = Pass::forward;
            QualityCase& quality = case_for(setup, context.device);
            reference = quality.type();
            measure_seed(values, quality, setup);
        }
        for (const auto& [metric, samples] : values) {
            context.run.observer.samples_taken(point, metric, 0, samples);
        }
        context.finish(point, summarise_seeds(values, point_setup(point), reference));
    }

    // The tensors are the same for all variants and budgets of a shape: kept until another shape
    // comes.
    QualityCase& case_for(const PointSetup& setup, const MeasuringDevice& device) {
        if (!cases_.empty() && !same_shape(cases_.front()->setup(), setup)) cases_.clear();
        for (const auto& known : cases_) {
            if (same_inputs(known->setup(), setup)) return *known;
        }
        cases_.push_back(std::make_unique<QualityCase>(setup, device));
        return *cases_.back();
    }

    static bool same_shape(PointSetup a, const PointSetup& b) {
        a.seed = b.seed;
        return same_inputs(a, b) && a.causal == b.causal;
    }

    std::vector<std::unique_ptr<QualityCase>> cases_;
};

}  // namespace

std::unique_ptr<Experiment> make_kernel_quality() {
    return std::make_unique<KernelQuality>();
}

}  // namespace slay

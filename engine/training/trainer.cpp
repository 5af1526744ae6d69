#include "engine/training/trainer.h"

#include <ATen/ATen.h>

#include <cmath>

namespace slay {
namespace {

ModelShape shape_of(const TrainingSetup& setup, const TokenSource& source) {
    return {source.vocabulary(), setup.length, setup.width, setup.heads, setup.layers};
}

}  // namespace

Trainer::Trainer(const TrainingSetup& setup, const TokenSource& source, at::Device device)
    : setup_(setup),
      batches_(source, setup, device),
      model_(std::make_shared<LanguageModel>(shape_of(setup, source), setup, device)),
      optimiser_(model_->parameters()) {}

Trainer::Step Trainer::step() {
    const std::int64_t number = optimiser_.steps_made() + 1;
    optimiser_.zero_gradients();
    at::Tensor total;
    for (std::int64_t part = 0; part < setup_.accumulation; ++part) {
        const Batch batch = batches_.training(number, part);
        const at::Tensor loss = model_->loss(batch.tokens, batch.rows, batch.targets) /
                                static_cast<double>(setup_.accumulation);
        loss.backward();
        total = total.defined() ? total + loss.detach() : loss.detach();
    }
    const at::Tensor norm = optimiser_.gradient_norm();
    const at::Tensor both = at::stack({total.to(at::kDouble), norm}).cpu();
    Step out{both[0].item<double>(), both[1].item<double>(), true};
    out.finite = std::isfinite(out.loss) && std::isfinite(out.gradient_norm);
    if (!out.finite) return out;
    optimiser_.step(
        learning_rate_at(number, setup_.steps, setup_.warmup_steps, setup_.learning_rate), norm);
    return out;
}

double Trainer::validation_loss() {
    const at::NoGradGuard no_grad;
    at::Tensor sum;
    std::int64_t predicted = 0;
    for (std::int64_t index = 0; index < Batches::validation_batches; ++index) {
        const Batch batch = batches_.validation(index);
        const std::int64_t count = batch.targets.size(0);
        const at::Tensor loss =
            model_->loss(batch.tokens, batch.rows, batch.targets).to(at::kDouble) *
            static_cast<double>(count);
        sum = sum.defined() ? sum + loss : loss;
        predicted += count;
    }
    return sum.item<double>() / static_cast<double>(predicted);
}

std::vector<at::Tensor> Trainer::state() const {
    std::vector<at::Tensor> out;
    for (const at::Tensor& each : model_->parameters()) out.push_back(each.detach());
    const std::vector<at::Tensor> moments = optimiser_.moments();
    out.insert(out.end(), moments.begin(), moments.end());
    return out;
}

}  // namespace slay

#include "tests/training/model_checks.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "engine/attention/random_stream.h"
#include "engine/text/generated_language.h"
#include "engine/training/trainer.h"

namespace slay {
namespace {

bool same(const at::Tensor& a, const at::Tensor& b) {
    if (!a.defined() || !b.defined()) return a.defined() == b.defined();
    return a.scalar_type() == b.scalar_type() && at::equal(a, b);
}

bool same(const Batch& a, const Batch& b) {
    return same(a.tokens, b.tokens) && same(a.rows, b.rows) && same(a.targets, b.targets);
}

}  // namespace

GradientError gradient_error(const Point& point) {
    const GeneratedLanguage language(32);
    const TrainingSetup setup = training_setup(point);
    Trainer trainer(setup, language, at::kCPU);
    LanguageModel& model = trainer.model();
    const Batch batch = trainer.batches().training(1, 0);
    // Away from the start, where norms are one and biases nothing.
    {
        const at::NoGradGuard no_grad;
        RandomStream stream(3, "away");
        for (at::Tensor& each : model.parameters())
            each.add_(stream.normal(each.sizes()).mul_(0.05));
    }
    model.loss(batch.tokens, batch.rows, batch.targets).backward();

    const at::NoGradGuard no_grad;
    GradientError out;
    RandomStream stream(4, "directions");
    const double step = 1e-5;
    for (const auto& item : model.named_parameters()) {
        at::Tensor weight = item.value();
        const at::Tensor direction = stream.normal(weight.sizes());
        const double derivative = (weight.grad() * direction).sum().item<double>();
        const auto loss_at = [&](double shift) {
            weight.add_(direction, shift);
            const double loss = model.loss(batch.tokens, batch.rows, batch.targets).item<double>();
            weight.sub_(direction, shift);
            return loss;
        };
        const double difference = (loss_at(step) - loss_at(-step)) / (2 * step);
        const double error =
            std::abs(difference - derivative) / std::max(1e-3, std::abs(derivative));
        ++out.parameters;
        if (error >= out.worst) {
            out.worst = error;
            out.parameter = item.key();
        }
    }
    return out;
}

bool same_weights(const Point& a, const Point& b) {
    const GeneratedLanguage language(32);
    Trainer first(training_setup(a), language, at::kCPU);
    Trainer second(training_setup(b), language, at::kCPU);
    const auto ours = first.model().named_parameters(), theirs = second.model().named_parameters();
    if (ours.size() != theirs.size()) return false;
    for (const auto& item : ours)
        if (!theirs.contains(item.key()) || !same(item.value(), theirs[item.key()])) return false;
    return true;
}

bool same_batches(const Point& a, const Point& b) {
    const GeneratedLanguage language(32);
    const Batches first(language, training_setup(a), at::kCPU);
    const Batches second(language, training_setup(b), at::kCPU);
    for (std::int64_t step = 1; step <= 3; ++step)
        for (std::int64_t part = 0; part < 2; ++part)
            if (!same(first.training(step, part), second.training(step, part))) return false;
    return same(first.validation(2), second.validation(2));
}

std::vector<std::int64_t> reached_from(const Point& point, std::int64_t position) {
    const GeneratedLanguage language(32);
    Trainer trainer(training_setup(point), language, at::kCPU);
    const at::NoGradGuard no_grad;
    const Batch batch = trainer.batches().training(1, 0);
    const at::Tensor before = trainer.model().hidden(batch.tokens);
    at::Tensor other = batch.tokens.clone();
    other.select(1, position).add_(1).remainder_(32);
    const at::Tensor change =
        (trainer.model().hidden(other) - before).abs().amax(std::vector<std::int64_t>{0, 2});
    std::vector<std::int64_t> out;
    for (std::int64_t i = 0; i < change.size(0); ++i)
        if (change[i].item<double>() > 0) out.push_back(i);
    return out;
}

double adamw_error(double clip) {
    RandomStream stream(2, "adamw");
    std::vector<at::Tensor> parameters{stream.normal({3, 4}), stream.normal({5})};
    std::vector<at::Tensor> expected, first, second;
    for (at::Tensor& each : parameters) {
        expected.push_back(each.clone());
        first.push_back(at::zeros_like(each));
        second.push_back(at::zeros_like(each));
        each.requires_grad_(true);
    }
    AdamwOptions options;
    options.clip = clip;
    Adamw optimiser(parameters, options);
    for (int step = 1; step <= 3; ++step) {
        const double rate = 0.1 / step;
        std::vector<at::Tensor> gradients;
        double squares = 0;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            gradients.push_back(stream.normal(parameters[i].sizes()));
            parameters[i].mutable_grad() = gradients[i].clone();
            squares += gradients[i].square().sum().item<double>();
        }
        const at::Tensor norm = optimiser.gradient_norm();
        optimiser.step(rate, norm);
        const double scale = std::min(1.0, clip / std::sqrt(squares));
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const at::Tensor g = gradients[i] * scale;
            first[i] = options.beta1 * first[i] + (1 - options.beta1) * g;
            second[i] = options.beta2 * second[i] + (1 - options.beta2) * g * g;
            const at::Tensor m = first[i] / (1 - std::pow(options.beta1, step));
            const at::Tensor v = second[i] / (1 - std::pow(options.beta2, step));
            const double decay = parameters[i].dim() >= 2 ? options.weight_decay : 0;
            expected[i] =
                expected[i] * (1 - rate * decay) - rate * m / (v.sqrt() + options.epsilon);
        }
    }
    double worst = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        worst = std::max(worst, (parameters[i].detach() - expected[i]).abs().max().item<double>());
    return worst;
}

AccumulationCheck accumulation_check(const Point& whole, const Point& in_parts) {
    const GeneratedLanguage language(32);
    Trainer one(training_setup(whole), language, at::kCPU);
    Trainer parts(training_setup(in_parts), language, at::kCPU);
    const Trainer::Step a = one.step(), b = parts.step();
    return {std::abs(a.loss - b.loss), std::abs(a.gradient_norm - b.gradient_norm)};
}

PoisonedStep poisoned_step(const Point& point) {
    const GeneratedLanguage language(32);
    Trainer trainer(training_setup(point), language, at::kCPU);
    trainer.step();
    std::vector<at::Tensor> weights = trainer.model().parameters();
    {
        const at::NoGradGuard no_grad;
        weights[0].view({-1})[0].fill_(std::numeric_limits<double>::quiet_NaN());
    }
    const at::Tensor before = weights[1].detach().clone();
    const Trainer::Step step = trainer.step();
    return {step.finite, !at::equal(before, weights[1].detach())};
}

}  // namespace slay

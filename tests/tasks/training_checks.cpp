#include "tests/tasks/training_checks.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/random_stream.h"
#include "engine/attention/seed_attention.h"
#include "engine/task_models/seed_optimiser.h"
#include "engine/task_models/task_trainer.h"

namespace slay::testing {
namespace {

const std::vector<std::uint64_t> three_seeds{3, 11, 4};

double relative(const at::Tensor& a, const at::Tensor& b) {
    return ((a - b).norm() / b.norm()).item<double>();
}

struct Losses {
    std::vector<std::vector<double>> curves;  // by seed
    TrainingResult result;
};

Losses train(const TaskTraining& training) {
    Losses out;
    out.curves.resize(training.model.seeds.size());
    TrainingObserver observer;
    observer.keep_going = [] { return true; };
    observer.on_losses = [&](std::size_t seed, std::int64_t first,
                             const std::vector<double>& part) {
        auto& curve = out.curves[seed];
        if (first != static_cast<std::int64_t>(curve.size())) curve.clear();  // a gap shows
        curve.insert(curve.end(), part.begin(), part.end());
    };
    out.result = train_task(training, at::kCPU, observer);
    return out;
}

TaskTraining small_training(const std::string& task) {
    TaskTraining training;
    training.task = find_task(task);
    training.size = {12, 6};
    training.batch = 4;
    training.steps = 6;
    training.learning_rate = 1e-2;
    training.tests = 8;
    training.model.heads = 2;
    training.model.width = 16;
    training.model.type = DataType::float64;
    training.model.seeds = three_seeds;
    return training;
}

}  // namespace

double joined_attention_difference(const std::string& variant) {
    AttentionConfig config;
    config.heads = 2;
    config.head_dim = 8;
    const std::int64_t b = 2, l = 21, s = static_cast<std::int64_t>(three_seeds.size());
    RandomStream stream(1, "joined");
    std::vector<at::Tensor> qkv;
    for (int i = 0; i < 3; ++i)
        qkv.push_back(
            stream.normal({b, s * config.heads, l, config.head_dim}).set_requires_grad(true));
    const at::Tensor dy = stream.normal({b, s * config.heads, l, config.head_dim});

    const auto joined = make_seed_attention(variant, config, three_seeds);
    const at::Tensor all = joined->forward(qkv[0], qkv[1], qkv[2]);
    const auto gradients = torch::autograd::grad({all}, qkv, {dy});
    double worst = 0;
    for (std::int64_t i = 0; i < s; ++i) {
        config.seed = three_seeds[static_cast<std::size_t>(i)];
        const auto part = [&](const at::Tensor& x) {
            return x.detach().narrow(1, i * config.heads, config.heads).contiguous();
        };
        std::vector<at::Tensor> own;
        for (const at::Tensor& each : qkv) own.push_back(part(each).set_requires_grad(true));
        const at::Tensor alone = make_attention(variant, config)->forward(own[0], own[1], own[2]);
        worst = std::max(worst, relative(part(all), alone.detach()));
        const auto own_gradients = torch::autograd::grad({alone}, own, {part(dy)});
        for (std::size_t g = 0; g < 3; ++g)
            worst = std::max(worst, relative(part(gradients[g]), own_gradients[g]));
    }
    return worst;
}

CompanyCheck company(const std::string& variant, bool full_block) {
    TaskTraining training = small_training("associative-recall");
    training.model.variant = variant;
    training.model.full_block = full_block;
    const Losses together = train(training);
    CompanyCheck check;
    check.same_order = together.curves[0] != together.curves[1];
    for (std::size_t s = 0; s < three_seeds.size(); ++s) {
        training.model.seeds = {three_seeds[s]};
        const Losses alone = train(training);
        const auto differ = [&](double a, double b) {
            check.loss = std::max(check.loss, std::abs(a - b) / std::abs(b));
        };
        if (together.curves[s].size() != alone.curves[0].size() ||
            alone.curves[0].size() != static_cast<std::size_t>(training.steps))
            check.loss = std::numeric_limits<double>::infinity();
        else
            for (std::size_t i = 0; i < alone.curves[0].size(); ++i)
                differ(together.curves[s][i], alone.curves[0][i]);
        differ(together.result.seeds[s].loss, alone.result.seeds[0].loss);
    }
    return check;
}

Learned learn(const std::string& task, std::int64_t length, std::int64_t vocabulary,
              std::int64_t layers, std::int64_t steps, const std::string& type) {
    TaskTraining training;
    training.task = find_task(task);
    training.size = {length, vocabulary};
    training.batch = 32;
    training.steps = steps;
    training.learning_rate = 1e-2;
    training.model.variant = "standard";
    training.model.heads = 2;
    training.model.width = 32;
    training.model.layers = layers;
    training.model.type = *parse_data_type(type);
    training.model.seeds = {1};
    const SeedResult seed = train(training).result.seeds.at(0);
    return {seed.accuracy, seed.exact_match, seed.loss, training.task->chance(training.size),
            training.task->answers(training.size)};
}

OptimiserCheck optimise(std::int64_t poisoned) {
    const std::vector<std::uint64_t> seeds{1, 2};
    SeedWeights weights({{{3, 2}, 1}, {{1, 4}, 0, 1, false}}, seeds, at::kDouble, at::kCPU);
    AdamWOptions options;
    options.weight_decay = 0.1;
    SeedOptimiser optimiser(weights, options);
    constexpr std::int64_t n = 10, decayed = 6;
    std::vector<std::vector<double>> expected(2), mean(2, std::vector<double>(n, 0)), square = mean;
    for (std::size_t s = 0; s < 2; ++s)
        for (std::int64_t i = 0; i < n; ++i)
            expected[s].push_back(weights.flat()[static_cast<std::int64_t>(s)][i].item<double>());

    OptimiserCheck check;
    RandomStream stream(5, "gradients");
    for (std::int64_t step = 0; step < 5; ++step) {
        // Seed 0 has a large gradient, which is clipped; seed 1 one below the limit.
        at::Tensor gradient = stream.normal({2, n});
        gradient[0].mul_(50);
        gradient[1].mul_(0.05);
        at::Tensor loss = at::ones({2}, at::kDouble);
        if (step == poisoned) gradient[1][3] = std::nan("");
        const double rate = 0.01 * static_cast<double>(step + 1);
        optimiser.step(gradient, loss, at::full({}, rate, at::kDouble));
        for (std::size_t s = 0; s < 2; ++s) {
            if (s == 1 && poisoned >= 0 && step >= poisoned) continue;  // it has stopped
            double norm = 0;
            const at::Tensor row = gradient[static_cast<std::int64_t>(s)];
            for (std::int64_t i = 0; i < n; ++i) norm += std::pow(row[i].item<double>(), 2);
            const double scale = std::min(1.0, 1 / (std::sqrt(norm) + 1e-6));
            for (std::int64_t i = 0; i < n; ++i) {
                const auto at = static_cast<std::size_t>(i);
                const double g = row[i].item<double>() * scale;
                mean[s][at] = 0.9 * mean[s][at] + 0.1 * g;
                square[s][at] = 0.98 * square[s][at] + 0.02 * g * g;
                const double t = static_cast<double>(step + 1);
                const double m = mean[s][at] / (1 - std::pow(0.9, t));
                const double v = square[s][at] / (1 - std::pow(0.98, t));
                double& w = expected[s][at];
                w -= rate * (m / (std::sqrt(v) + 1e-8) + (i < decayed ? 0.1 * w : 0));
            }
        }
    }
    check.stopped = optimiser.stopped();
    for (std::size_t s = 0; s < 2; ++s)
        for (std::int64_t i = 0; i < n; ++i) {
            const double found = weights.flat()[static_cast<std::int64_t>(s)][i].item<double>();
            // The weights themselves are views of the flat ones.
            const at::Tensor part = (i < decayed ? weights.at(0) : weights.at(1)).detach();
            const double seen = part[static_cast<std::int64_t>(s)]
                                    .flatten()[i < decayed ? i : i - decayed]
                                    .item<double>();
            const double off = std::max(std::abs(found - expected[s][static_cast<std::size_t>(i)]),
                                        std::abs(found - seen));
            if (!(off <= check.difference)) check.difference = off;  // a NaN shows
        }
    check.frozen = check.stopped[1].has_value() && check.difference < 1e-12;
    return check;
}

Cancelled stop_at(std::int64_t question) {
    TaskTraining training = small_training("copy");
    training.model.variant = "linear";
    Cancelled out;
    TrainingObserver observer;
    observer.keep_going = [&] { return ++out.asked < question; };
    observer.on_losses = [&](std::size_t, std::int64_t, const std::vector<double>& part) {
        out.losses += part.size();
    };
    out.cancelled = train_task(training, at::kCPU, observer).cancelled;
    return out;
}

double learning_rate_at(std::int64_t step, std::int64_t steps, double peak) {
    return scheduled_rate(step, steps, peak);
}

}  // namespace slay::testing

// The LibTorch half of training_test.cpp: its headers and Qt's never meet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slay::testing {

// Largest relative L2 difference, over seeds, between what seeds side by side compute and what each
// computes alone in float64: the attention's output and its gradients.
double joined_attention_difference(const std::string& variant);

struct CompanyCheck {
    double loss = 0;  // largest relative difference of a training loss, over seeds and steps
    bool same_order = false;  // each seed's losses are its own: they differ from its neighbour's
};
// A few steps of training of three seeds side by side and one by one, in float64.
CompanyCheck company(const std::string& variant, bool full_block);

struct Learned {
    double accuracy = 0, exact_match = 0, loss = 0, chance = 0;
    std::int64_t answers = 0;  // of one test sequence
};
// One seed, width 32, two heads; `layers` of softmax attention, none for 0.
Learned learn(const std::string& task, std::int64_t length, std::int64_t vocabulary,
              std::int64_t layers, std::int64_t steps, const std::string& type = "float32");

// AdamW on two seeds against the rule written out, weight by weight: the largest difference.
// Seed 1 meets a NaN in step `poisoned` (none where it is negative).
struct OptimiserCheck {
    double difference = 0;
    std::vector<std::optional<std::int64_t>> stopped;
    bool frozen = false;  // seed 1 keeps its weights from the poisoned step on
};
OptimiserCheck optimise(std::int64_t poisoned);

// Asks a training to stop at its n-th question: how often it asked, and whether it was cancelled.
struct Cancelled {
    std::int64_t asked = 0;
    bool cancelled = false;
    std::size_t losses = 0;
};
Cancelled stop_at(std::int64_t question);

double learning_rate_at(std::int64_t step, std::int64_t steps, double peak);

}  // namespace slay::testing

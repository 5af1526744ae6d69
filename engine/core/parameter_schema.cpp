// The parameters that all experiments share, and those that a point carries besides.
#include "engine/core/experiment_info.h"
#include "engine/core/task_catalog.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

ParameterInfo integer(std::string id, std::string axis, std::string label, std::string symbol,
                      std::string unit, std::string help, double minimum, double maximum,
                      std::int64_t fallback) {
    return {std::move(id),
            std::move(axis),
            std::move(label),
            std::move(symbol),
            std::move(unit),
            std::move(help),
            ParameterKind::integer,
            minimum,
            maximum,
            {},
            fallback};
}

ParameterInfo choice(std::string id, std::string axis, std::string label, std::string help,
                     std::vector<std::string> choices, std::string fallback) {
    return {std::move(id),
            std::move(axis),
            std::move(label),
            "",
            "",
            std::move(help),
            ParameterKind::choice,
            0,
            0,
            std::move(choices),
            std::move(fallback)};
}

std::vector<std::string> task_names() {
    std::vector<std::string> names;
    for (const TaskInfo& task : task_catalog()) names.push_back(task.name);
    return names;
}

std::vector<ParameterInfo> build_shared() {
    return {
        integer("length", "lengths", "Length", "L", "tokens", "Positions of the sequence.", 1,
                1073741824, 1024),
        integer("batch", "batches", "Batch", "B", "", "Sequences processed together.", 1, 65536, 1),
        integer("heads", "heads", "Heads", "H", "", "Attention heads; they divide the width.", 1,
                1024, 8),
        integer("width", "widths", "Width", "E", "", "Embedding width of the layer, E = H d.", 4,
                65536, 256),
        choice("dtype", "dtypes", "Data type",
               "Element type of inputs and weights; tf32: float32 whose matrix products may round "
               "to TF32 on a GPU.",
               {"float64", "float32", "tf32", "bfloat16", "float16"}, "float32"),
        {"causal",
         "causal",
         "Causal",
         "",
         "",
         "Position i sees positions up to i; otherwise all of them.",
         ParameterKind::flag,
         0,
         1,
         {},
         true},
        choice("lane", "lanes", "Lane",
               "layer: with the qkv and output projections; core: q, k, v to output.",
               {"layer", "core"}, "layer"),
        choice("pass", "passes", "Pass", "Which pass is measured.",
               {"forward", "backward", "forward+backward"}, "forward"),
        choice("inputs", "inputs", "Inputs",
               "random: isotropic; clustered: keys in clusters, where the kernel matters.",
               {"random", "clustered"}, "random"),
        choice("task", "tasks", "Task", "The synthetic task that is trained and tested.",
               task_names(), "copy"),
        integer("vocabulary", "vocabularies", "Vocabulary", "V", "",
                "Symbols of a task, words of the generated language, or units learnt from a text.",
                2, 1000000, 32),
        choice("block", "blocks", "Block",
               "attention: residual attention layers alone; full: with normalisation and an MLP.",
               {"attention", "full"}, "attention"),
        integer("layers", "layers", "Layers", "", "", "Attention layers of a trained model.", 1,
                128, 2),
        integer("steps", "steps", "Steps", "", "", "Optimiser steps of a training.", 1, 100000000,
                1000),
        {"learning_rate",
         "learning_rates",
         "Learning rate",
         "",
         "",
         "Peak learning rate, after warm-up.",
         ParameterKind::real,
         1e-8,
         10,
         {},
         1e-3},
        choice("objective", "objectives", "Objective",
               "causal-lm: predict the next token; masked-lm: predict 15 % hidden tokens from both "
               "sides.",
               {"causal-lm", "masked-lm"}, "causal-lm"),
        {"corpus",
         "corpora",
         "Corpus",
         "",
         "",
         "generated: a seeded language of known entropy; else a folder of text, by name or path.",
         ParameterKind::choice,
         0,
         0,
         {},
         std::string("generated")},
        integer("accumulation", "accumulations", "Accumulation", "", "",
                "Batches whose gradients are summed for one optimiser step.", 1, 65536, 1),
        integer("warmup_steps", "warmups", "Warm-up", "", "steps",
                "Optimiser steps in which the learning rate rises to its peak.", 0, 100000000, 50),
        integer("seed", "seeds", "Seed", "", "",
                "Draws inputs, weights and random features; the same for all variants.", 0,
                9007199254740991, 0),
    };
}

}  // namespace

const std::vector<ParameterInfo>& shared_parameters() {
    static const std::vector<ParameterInfo> rows = build_shared();
    return rows;
}

const std::vector<ParameterInfo>& derived_parameters() {
    static const std::vector<ParameterInfo> rows{
        integer("head_dim", "", "Head dimension", "d", "", "Width over heads, d = E / H.", 4, 256,
                32),
        integer("step", "", "Step", "", "", "The optimiser step at which a sample was taken.", 1,
                100000000, 1),
        choice("scale", "", "Scale", "The tied step of the sweep that the point belongs to.", {},
               ""),
        choice("seeds", "", "Seeds", "The seeds whose mean and spread the point reports.", {}, ""),
        choice("device", "", "Device", "Where the point was measured.", {}, ""),
    };
    return rows;
}

const ParameterInfo* find_parameter(std::string_view id) {
    for (const auto* rows : {&shared_parameters(), &derived_parameters()})
        for (const ParameterInfo& row : *rows)
            if (row.id == id) return &row;
    for (const VariantInfo& variant : variant_catalog())
        for (const ParameterInfo& row : variant.parameters)
            if (row.id == id) return &row;
    return nullptr;
}

const ParameterInfo* find_axis(std::string_view axis_key) {
    if (axis_key.empty()) return nullptr;
    for (const ParameterInfo& row : shared_parameters())
        if (row.axis == axis_key) return &row;
    for (const VariantInfo& variant : variant_catalog())
        for (const ParameterInfo& row : variant.parameters)
            if (row.axis == axis_key) return &row;
    return nullptr;
}

}  // namespace slay

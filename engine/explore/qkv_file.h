// q, k and v of a trained model on one sequence: what a training keeps of it, to be looked at.
//
//   RUN/attention/POINT.qkv: "SLAYQKV1", a length and a JSON header, then for each kept head q, k
//   and v as float32 [L, d], and a hash of all of it. Some megabytes at most: up to four layers,
//   eight heads and 256 positions of the first validation sequence. No Torch here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/result.h"

namespace slay::explore {

struct QkvHead {
    int layer = 0, head = 0;  // as they are counted in the model, from 0
    int length = 0, dimension = 0;
    std::vector<float> q, k, v;  // [L, d], row-major
    std::string origin;          // "SLAY (anchor), 1000 steps, seed 0: layer 2, head 1", for people
};

struct QkvSample {
    std::string point, variant;  // Point::id; the variant it was trained with
    std::int64_t step = 0, steps = 0, seed = 0;
    int layers = 0, model_heads = 0;  // of the model
    bool causal = true;
    std::vector<QkvHead> heads;  // all of one length and dimension
};

inline constexpr int kept_layers = 4, kept_heads = 8, kept_positions = 256;

// Which of `count` are kept, at most `most`: the first, the last, and evenly between them.
std::vector<int> kept_indices(int count, int most);

std::string qkv_path(const std::string& run_folder, const std::string& point_id);

Status write_qkv(const std::string& path, const QkvSample& sample);
Result<QkvSample> read_qkv(const std::string& path);

// The .qkv files of a run's folder, sorted by name. An error says why there are none and what to
// do.
Result<std::vector<std::string>> find_qkv(const std::string& run_folder);

// A head of a sample; an error names those there are.
Result<QkvHead> head_of(const QkvSample& sample, int layer, int head);

}  // namespace slay::explore

#include "engine/training/attention_sample.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/explore/qkv_file.h"

namespace slay {
namespace {

// Row-major [L, d] of one head.
std::vector<float> values(const at::Tensor& of_heads, std::int64_t head, std::int64_t positions) {
    const at::Tensor rows = of_heads.select(0, 0)
                                .select(0, head)
                                .narrow(0, 0, positions)
                                .to(at::kCPU, at::kFloat)
                                .contiguous();
    const auto* from = rows.const_data_ptr<float>();
    return {from, from + rows.numel()};
}

}  // namespace

Status keep_attention_sample(Trainer& trainer, const TrainingSetup& setup, const Point& point,
                             const std::string& run_folder) {
    const at::NoGradGuard no_grad;
    const at::Tensor tokens = trainer.batches().validation(0).tokens.narrow(0, 0, 1);
    const std::vector<AttentionInputs> blocks = trainer.model().attention_inputs(tokens);
    const std::int64_t positions = std::min<std::int64_t>(tokens.size(1), explore::kept_positions);
    explore::QkvSample sample;
    sample.point = point.id;
    sample.variant = setup.variant;
    sample.step = trainer.steps_made();
    sample.steps = setup.steps;
    sample.seed = static_cast<std::int64_t>(setup.seed);
    sample.layers = static_cast<int>(setup.layers);
    sample.model_heads = static_cast<int>(setup.heads);
    sample.causal = setup.objective == Objective::causal_lm;
    for (const int layer : explore::kept_indices(sample.layers, explore::kept_layers))
        for (const int head : explore::kept_indices(sample.model_heads, explore::kept_heads)) {
            const AttentionInputs& of = blocks.at(static_cast<std::size_t>(layer));
            explore::QkvHead kept;
            kept.layer = layer;
            kept.head = head;
            kept.length = static_cast<int>(positions);
            kept.dimension = static_cast<int>(of.q.size(3));
            kept.q = values(of.q, head, positions);
            kept.k = values(of.k, head, positions);
            kept.v = values(of.v, head, positions);
            sample.heads.push_back(std::move(kept));
        }
    return explore::write_qkv(explore::qkv_path(run_folder, point.id), sample);
}

}  // namespace slay

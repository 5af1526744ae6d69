#include "tests/training/resume_checks.h"

#include <ATen/ATen.h>

#include <limits>
#include <stdexcept>

#include "engine/text/generated_language.h"
#include "engine/training/checkpoint.h"
#include "engine/training/train_point.h"
#include "engine/training/trainer.h"

namespace slay {

bool train_with_checkpoints(const Point& point, const std::string& folder,
                            TrainingObserver& observer) {
    const GeneratedLanguage language(32);
    RunControl control;
    const TrainingHost host{at::kCPU, std::nullopt, control, observer, folder, 0, 0};
    observer.point_started(point);
    try {
        auto result = train_point(point, language, host);
        if (!result) return false;
        observer.point_finished(point, std::move(*result));
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

std::int64_t poison_checkpoint(const Point& point, const std::string& folder) {
    const GeneratedLanguage language(32);
    Trainer trainer(training_setup(point), language, at::kCPU);
    const std::string path = checkpoint_path(folder, point.id);
    const std::vector<at::Tensor> tensors = trainer.state();
    const Result<CheckpointState> state = read_checkpoint(path, point.id, tensors);
    if (!state) throw std::runtime_error(state.error().message);
    at::Tensor(tensors[0]).view({-1})[0].fill_(std::numeric_limits<double>::quiet_NaN());
    if (const Status written = write_checkpoint(path, *state, tensors); !written)
        throw std::runtime_error(written.error().message);
    return state->step;
}

}  // namespace slay

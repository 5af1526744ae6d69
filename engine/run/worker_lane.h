// One device's place for a worker: it starts one when it is needed, and another when that is lost.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/run/worker_link.h"

namespace slay {

inline constexpr int deaths_in_a_row = 3;  // that end a run

class WorkerLane {
  public:
    WorkerLane(const ChildCommand& command, const WorkerLimits& limits)
        : command_(command), limits_(limits) {}

    // The worker that is there, or a new one: three that die at their start, one after another, are
    // an error, as is one of another program version. `control` can stop the starting.
    Result<WorkerLink*> worker(RunControl* control);

    // What `question` brings back from the worker; asked of another one where it dies over it, up
    // to three.
    template <typename Answer>
    Result<Answer> ask(const std::function<Result<Answer>(WorkerLink&)>& question) {
        for (int deaths = 1;; ++deaths) {
            const Result<WorkerLink*> link = worker(nullptr);
            if (!link) return link.error();
            Result<Answer> answer = question(**link);
            if (answer || (*link)->alive() || deaths == deaths_in_a_row) return answer;
        }
    }

    // As worker(); a new worker must also measure where the first did (`origin`), else it is an
    // error.
    Result<WorkerLink*> worker_of(const SweepSpec& spec, const std::string& device,
                                  const Provenance& origin, RunControl& control);

    void end_worker() { link_.reset(); }

  private:
    Result<std::unique_ptr<WorkerLink>> start(RunControl* control) const;

    const ChildCommand command_;
    const WorkerLimits limits_;
    std::unique_ptr<WorkerLink> link_;
    std::string device_;       // that link_ measures on; empty: on none yet
    bool is_checked_ = false;  // link_ is of the run's origin
};

}  // namespace slay

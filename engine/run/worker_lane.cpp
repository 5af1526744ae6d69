#include "engine/run/worker_lane.h"

#include <fmt/format.h>

#include "engine/core/build_info.h"
#include "engine/core/units.h"

namespace slay {
namespace {

std::string version_of(const Provenance& provenance) {
    return fmt::format("{} ({})", provenance.program_version,
                       provenance.git_revision.substr(0, 12));
}

// Two programs of different revisions may measure differently: their figures do not belong in one
// record, and their lines may not mean the same.
std::optional<Error> mismatch(const WorkerReady& ready, const std::string& program) {
    const Provenance ours = local_provenance();
    const Provenance& theirs = ready.provenance;
    if (ready.protocol == worker_protocol && theirs.program_version == ours.program_version &&
        theirs.git_revision == ours.git_revision)
        return std::nullopt;
    return Error{ErrorKind::bad_data,
                 fmt::format("{} is version {} and speaks {}; this program is {} and speaks {}: "
                             "build or install both together",
                             clean_text(program), version_of(theirs), ready.protocol,
                             version_of(ours), worker_protocol)};
}

}  // namespace

Result<std::unique_ptr<WorkerLink>> WorkerLane::start(RunControl* control) const {
    std::string last;
    for (int deaths = 0; deaths < deaths_in_a_row; ++deaths) {
        auto link = WorkerLink::start(command_, limits_, control);
        if (link) {
            if (auto error = mismatch((*link)->ready(), command_.program)) return *error;
            return link;
        }
        if (link.error().kind != ErrorKind::internal) return link.error();
        last = link.error().message;
    }
    return Error{ErrorKind::internal,
                 fmt::format("{} workers died one after another at their start; the last: {}",
                             deaths_in_a_row, last)};
}

Result<WorkerLink*> WorkerLane::worker(RunControl* control) {
    if (link_ && link_->answers()) return link_.get();
    link_.reset();
    device_.clear();
    is_checked_ = false;
    auto started = start(control);
    if (!started) return started.error();
    link_ = std::move(*started);
    return link_.get();
}

Result<WorkerLink*> WorkerLane::worker_of(const SweepSpec& spec, const std::string& device,
                                          const Provenance& origin, RunControl& control) {
    // Its CUDA context on another device would keep memory there.
    if (device != device_ && !device_.empty()) link_.reset();
    for (int deaths = 0;; ++deaths) {
        const Result<WorkerLink*> started = worker(&control);
        if (!started) return started;
        device_ = device;
        if (is_checked_) return started;
        const Result<Provenance> there = (*started)->ask_provenance(spec, device);
        if (!there) {
            link_.reset();
            if (deaths + 1 < deaths_in_a_row) continue;
            return Error{ErrorKind::internal,
                         fmt::format("{} workers died one after another at their start; the last: "
                                     "{}",
                                     deaths_in_a_row, there.error().message)};
        }
        const auto differences = origin_differences(origin, *there);
        if (!differences.empty())
            return Error{ErrorKind::bad_data,
                         "a worker that was started later measures elsewhere than the first (" +
                             differences.front() + ')'};
        is_checked_ = true;
        return started;
    }
}

}  // namespace slay

// What a worker and its parent say to each other: the journal's own lines, both ways. A line's run
// is the exchange it belongs to; each side numbers its lines without a gap.
//
//   parent -> worker  worker-device    which device does this name?
//                     worker-folder    the run's folder, for the plans that follow
//                     run-started      a plan: its spec and the points of one group, to be measured
//                                      side by side; without points it asks for the provenance
//                     run-paused, run-continued, run-finished (stop: cancelled)
//   worker -> parent  worker-ready     first: who it is and which devices are there
//                     worker-device    the answer
//                     run-resumed      the provenance of a plan's points
//                     point-started, samples, point-finished, message, run-paused, run-continued
//                     run-finished     the plan is done: finished; cancelled; failed where this
//                                      process cannot measure any more, with the reason
//                     worker-heartbeat now and then, whatever else it does
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/event.h"
#include "engine/run/executor.h"

namespace slay {

inline constexpr std::string_view worker_protocol = "slay-worker/1";
inline constexpr std::string_view no_exchange = "worker";  // the run of ready and heartbeats

struct WorkerReady {
    std::string protocol;
    Provenance provenance;  // program and build; not yet of a device
    std::vector<DeviceInfo> devices;
};
struct WorkerHeartbeat {
    double resident_bytes = 0;  // of the worker
};
struct DeviceQuestion {
    std::string device;
};
struct DeviceAnswer {
    Result<DeviceInfo> device;
};
struct RunFolderNote {
    std::string folder;
};

// As an event of the journal whose type is not the journal's.
EventBody to_body(const WorkerReady& ready);
EventBody to_body(const WorkerHeartbeat& heartbeat);
EventBody to_body(const DeviceQuestion& question);
EventBody to_body(const DeviceAnswer& answer);
EventBody to_body(const RunFolderNote& note);

// What such an event holds; nothing where it is of another type.
std::optional<WorkerReady> worker_ready(const EventBody& body);
std::optional<WorkerHeartbeat> worker_heartbeat(const EventBody& body);
std::optional<DeviceQuestion> device_question(const EventBody& body);
std::optional<DeviceAnswer> device_answer(const EventBody& body);
std::optional<RunFolderNote> run_folder_note(const EventBody& body);

// A plan as a line's body: spec and points, for `device`.
RunStarted plan_of(const SweepSpec& spec, const std::string& device, std::span<const Point> points);

// Numbers the lines of one side. A line ends with its newline.
class LineNumbers {
  public:
    std::string line(std::string_view exchange, EventBody body);
    // Whether the event is the next one of the other side.
    bool follows(const Event& event) { return event.seq == ++seq_; }

  private:
    std::uint64_t seq_ = 0;
};

// Bytes as they come, cut into lines. A line longer than `longest` is none.
class LineBuffer {
  public:
    explicit LineBuffer(std::size_t longest) : longest_(longest) {}
    std::string& bytes() { return bytes_; }  // to append to
    std::optional<std::string> next();       // without its newline
    bool too_long() const { return bytes_.size() > longest_; }

  private:
    std::size_t longest_;
    std::size_t looked_at_ = 0;  // bytes without a newline
    std::string bytes_;
};

}  // namespace slay

// Work of a GPU recorded as a CUDA graph, to be replayed without launching its kernels one by one.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace slay {

// While it lives, this thread's work on the device goes to a stream of its own: the default stream
// cannot be recorded. What was queued before is waited for, and at the end what was queued since.
class RecordableStream {
  public:
    explicit RecordableStream(int gpu);
    ~RecordableStream();
    RecordableStream(const RecordableStream&) = delete;
    RecordableStream& operator=(const RecordableStream&) = delete;

  private:
    struct Guards;
    std::unique_ptr<Guards> guards_;
};

// To be used, and destroyed, while a RecordableStream lives.
class RecordedGraph {
  public:
    RecordedGraph();
    ~RecordedGraph();
    RecordedGraph(const RecordedGraph&) = delete;
    RecordedGraph& operator=(const RecordedGraph&) = delete;

    // Records `work` without running it: it takes its inputs from tensors that stay where they are
    // and never waits for the device. False, and `why`, where it cannot be recorded; throws on
    // out-of-memory.
    bool record(const std::function<void()>& work, std::string& why);

    void replay();  // after a record that succeeded

  private:
    struct Graph;
    std::unique_ptr<Graph> graph_;
};

}  // namespace slay

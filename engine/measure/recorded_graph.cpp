#include "engine/measure/recorded_graph.h"

#if SLAY_HAS_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <optional>

namespace slay {

struct RecordableStream::Guards {
    explicit Guards(int gpu) : device(static_cast<c10::DeviceIndex>(gpu)) {
        c10::cuda::getCurrentCUDAStream().synchronize();
        stream.emplace(c10::cuda::getStreamFromPool(/*isHighPriority=*/false,
                                                    static_cast<c10::DeviceIndex>(gpu)));
    }
    ~Guards() {
        try {
            c10::cuda::getCurrentCUDAStream().synchronize();
        } catch (const std::exception&) {  // a lost context: whoever works next is told
        }
    }
    c10::cuda::CUDAGuard device;
    std::optional<c10::cuda::CUDAStreamGuard> stream;
};

RecordableStream::RecordableStream(int gpu) : guards_(std::make_unique<Guards>(gpu)) {}

struct RecordedGraph::Graph {
    at::cuda::CUDAGraph cuda;
    void end_early() {
        try {
            cuda.capture_end();
        } catch (const std::exception&) {  // the first error is the one to tell
        }
    }
};

bool RecordedGraph::record(const std::function<void()>& work, std::string& why) {
    graph_ = std::make_unique<Graph>();
    try {
        graph_->cuda.capture_begin();
        work();
        graph_->cuda.capture_end();
        return true;
    } catch (const c10::OutOfMemoryError&) {
        graph_->end_early();
        graph_.reset();
        throw;
    } catch (const std::exception& error) {
        why = error.what();
        why = why.substr(0, why.find('\n'));
        graph_->end_early();
        graph_.reset();
        return false;
    }
}

void RecordedGraph::replay() {
    graph_->cuda.replay();
}

}  // namespace slay
#else
namespace slay {

struct RecordableStream::Guards {};

RecordableStream::RecordableStream(int) {}

struct RecordedGraph::Graph {};

bool RecordedGraph::record(const std::function<void()>&, std::string& why) {
    why = "built without CUDA";
    return false;
}

void RecordedGraph::replay() {}

}  // namespace slay
#endif

namespace slay {

RecordableStream::~RecordableStream() = default;
RecordedGraph::RecordedGraph() = default;
RecordedGraph::~RecordedGraph() = default;

}  // namespace slay

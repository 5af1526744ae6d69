// A pass that is recorded as a CUDA graph once it is warm, and replayed from then on.
#pragma once

#include <string>

#include "engine/experiments/attention_pass.h"
#include "engine/measure/recorded_graph.h"

namespace slay {

// Lives no longer than the pass and the RecordableStream. A backward pass by itself is launched
// kernel by kernel: each forward that prepares it makes tensors anew.
class GraphedPass final : public MeasuredPass {
  public:
    GraphedPass(AttentionPass& pass, Pass kind) : pass_(pass) {
        if (kind == Pass::backward) launch_ = "eager: a backward pass alone is not recorded";
    }

    void prepare() override { pass_.prepare(); }
    void run() override;
    void release() override { pass_.release(); }

    // "graph", "eager" before the recording, or "eager: " and why there is none.
    const std::string& launch() const { return launch_; }

  private:
    AttentionPass& pass_;
    RecordedGraph graph_;
    int runs_ = 0;
    std::string launch_ = "eager";
};

}  // namespace slay

// Loads the engine (LibTorch, CUDA) when it is needed and not before: a window is up at once, and
// `slay-bench --help` costs nothing.
#pragma once

#include <memory>

#include "engine/core/result.h"
#include "engine/run/executor.h"

namespace slay {

// dlopen of libslay_engine.so beside the program (or in ../lib/slay-workbench, or at SLAY_ENGINE).
// Takes about a second; call it off the GUI thread. The library stays loaded.
Result<std::unique_ptr<Engine>> load_engine();

// The symbol that libslay_engine.so exports: extern "C" slay::Engine* slay_create_executor(int
// abi). Returns nullptr where `abi` is not its own.
inline constexpr int engine_abi = 5;
using CreateExecutor = Engine* (*)(int abi);

}  // namespace slay

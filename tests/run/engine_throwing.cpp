// An engine that fails to start.
#include <stdexcept>

#include "engine/run/executor.h"

extern "C" slay::Engine* slay_create_executor(int) {
    throw std::runtime_error("no memory for the context");
}

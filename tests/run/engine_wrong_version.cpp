// An engine of another version: it refuses every interface but its own.
#include "engine/run/executor.h"

extern "C" slay::Executor* slay_create_executor(int) {
    return nullptr;
}

// An engine of another version: it refuses every interface but its own.
#include "engine/run/executor.h"

extern "C" slay::Engine* slay_create_executor(int) {
    return nullptr;
}

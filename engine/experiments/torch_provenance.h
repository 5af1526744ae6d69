// local_provenance() completed with what only the engine knows.
#pragma once

#include "engine/core/provenance.h"
#include "engine/run/executor.h"

namespace slay {

Provenance torch_provenance(const DeviceInfo& device, int threads);

}  // namespace slay

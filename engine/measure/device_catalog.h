// The devices of this machine and how fast they are.
#pragma once

#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/run/executor.h"

namespace slay {

class DeviceCatalog {
  public:
    // CUDA devices first, "cpu" last. The CPU's rates are measured on the first call (about 0.1 s);
    // a GPU's are its data sheet's until it is resolved.
    std::vector<DeviceInfo> devices();

    // "auto" -> the first CUDA device or "cpu"; "cuda" -> "cuda:0". A GPU's rates are measured when
    // it is resolved for the first time.
    Result<DeviceInfo> resolve(const std::string& device);

  private:
    DeviceInfo cpu();
    std::vector<DeviceInfo> measured_;  // whose rates were measured
};

// "AMD EPYC 9654"; "unknown CPU" where /proc/cpuinfo does not tell.
std::string cpu_model_name();

}  // namespace slay

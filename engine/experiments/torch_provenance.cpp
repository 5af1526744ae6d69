#include "engine/experiments/torch_provenance.h"

#include <fmt/format.h>
#include <torch/version.h>

#include "engine/core/units.h"
#include "engine/measure/admission.h"
#include "engine/measure/device_catalog.h"
#include "engine/measure/gpu.h"
#include "engine/measure/nvml.h"

namespace slay {

Provenance torch_provenance(const DeviceInfo& device, int threads) {
    Provenance provenance = local_provenance();
    provenance.libtorch_version = TORCH_VERSION;
    provenance.device = device.id;
    provenance.device_name = device.name;
    provenance.cpu_model = cpu_model_name();
    provenance.cpu_threads = threads;
    provenance.host_memory = format_bytes(host_memory_total());
    provenance.clocks = "clocks unknown";
    if (!device.cuda) return provenance;

    provenance.sm_count = device.sm_count;
    provenance.cuda_version = cuda_runtime_version();
    provenance.driver_version = cuda_driver_version();
    for (const GpuInfo& gpu : list_gpus()) {
        if (fmt::format("cuda:{}", gpu.index) != device.id) continue;
        const auto nvml = Nvml::open(gpu.pci_bus_id);
        if (!nvml) break;
        ClockLog clocks(nvml.get());
        clocks.read(0, 0);
        provenance.clocks = clocks.describe();
        provenance.driver_version = nvml->driver_version();
    }
    return provenance;
}

}  // namespace slay

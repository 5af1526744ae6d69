// An engine without LibTorch: figures that follow from the point alone, at once or slowly. The
// environment says how it behaves:
//   FAKE_SAMPLE_MS    what one sample takes
//   FAKE_FAIL         the variant whose points fail
//   FAKE_CRASH        the variant whose points end the process that measures them
//   FAKE_MEMORY_UP_TO quadratic variants run out of memory beyond this length
//   FAKE_MISS         the variant whose verification misses
//   FAKE_DEVICE_NAME  what the device is called
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "engine/core/variant_info.h"
#include "engine/run/engine_library.h"

namespace slay {
namespace {

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

constexpr int rounds = 12;

std::string device_name() {
    const std::string name = setting("FAKE_DEVICE_NAME");
    return name.empty() ? "Imaginary CPU" : name;
}

class FakeExecutor : public Engine {
  public:
    std::vector<DeviceInfo> devices() override {
        DeviceInfo cpu;
        cpu.id = "cpu";
        cpu.name = device_name();
        cpu.memory_bytes = 8e9;
        cpu.free_bytes = 4e9;
        cpu.sm_count = 2;
        cpu.rates.name = cpu.name;
        return {cpu};
    }

    Result<DeviceInfo> resolve_device(const std::string& device) override {
        if (device == "auto" || device == "cpu") return devices().front();
        return Error{ErrorKind::no_device, "no device " + device + " here; there is: cpu"};
    }

    Provenance provenance(const std::string& device, const Measurement&) override {
        Provenance provenance = local_provenance();
        provenance.device = device;
        provenance.device_name = device_name();
        provenance.libtorch_version = "none";
        return provenance;
    }

    void run_group(std::span<const Point> group, const ExecutionContext& context) override {
        for (const Point& point : group) {
            context.observer.point_started(point);
            if (point.variant == setting("FAKE_CRASH")) crash();
        }
        if (group.front().experiment == "latency" && !sample(group, context)) return;
        for (const Point& point : group) {
            if (!context.control.wait_while_paused()) return;
            context.observer.point_finished(point, result_of(point));
        }
    }

    Result<bool> verify(const std::string& golden_path, const std::string& device,
                        const std::vector<std::string>& variants, RunControl&,
                        const VerifyObserver& observe) override {
        if (const auto resolved = resolve_device(device); !resolved) return resolved.error();
        if (!golden_path.empty() && !std::filesystem::exists(golden_path)) {
            return Error{ErrorKind::no_input, golden_path + ": no such file"};
        }
        bool passed = true;
        for (const VariantInfo& variant : variant_catalog()) {
            if (!variants.empty() &&
                std::find(variants.begin(), variants.end(), variant.name) == variants.end())
                continue;
            for (const char* subject : {"output", "grad_q"}) {
                VerifyLine line;
                line.variant = variant.name;
                line.subject = subject;
                line.where = golden_path.empty() ? "float32 L=37 causal" : "golden";
                line.bound = 1e-4;
                line.passed = variant.name != setting("FAKE_MISS");
                line.relative_error = line.passed ? 1e-6 : 1e-2;
                passed = passed && line.passed;
                observe(line);
            }
        }
        return passed;
    }

    std::string probe_memory(const std::string& point_json) override {
        const auto point = nlohmann::json::parse(point_json, nullptr, false);
        return nlohmann::json{{"understood", point.is_object()}}.dump();
    }

  private:
    static void crash() {
        std::fputs("fake engine: a null pointer was followed\n", stderr);
        std::raise(SIGSEGV);
    }

    static double latency_of(const Point& point, int round) {
        const double length = static_cast<double>(point.parameters.integer("length", 1));
        return 1e-3 * length + 1e-2 * static_cast<double>(point.variant.size()) + 1e-4 * round;
    }

    static bool sample(std::span<const Point> group, const ExecutionContext& context) {
        const std::string pause = setting("FAKE_SAMPLE_MS");
        const std::chrono::milliseconds sleep(pause.empty() ? 0 : std::stoi(pause));
        for (int round = 0; round < rounds; ++round) {
            for (const Point& point : group) {
                if (!context.control.wait_while_paused()) return false;
                std::this_thread::sleep_for(sleep);
                const double value = latency_of(point, round);
                context.observer.samples_taken(point, "latency_ms", round, {&value, 1});
            }
        }
        return true;
    }

    static PointResult result_of(const Point& point) {
        PointResult result;
        const std::string limit = setting("FAKE_MEMORY_UP_TO");
        const VariantInfo* variant = find_variant(point.variant);
        if (point.variant == setting("FAKE_FAIL")) {
            result.state = PointState::failed;
            result.reason = "it was asked to fail";
        } else if (!limit.empty() && variant->complexity == Complexity::quadratic &&
                   point.parameters.integer("length") > std::stoll(limit)) {
            result.state = PointState::out_of_memory;
            result.reason = "needs more than there is";
        } else {
            result.state = PointState::ok;
            const double length = static_cast<double>(point.parameters.integer("length", 1));
            if (point.experiment == "memory") result.metrics["peak_mb"].value = 0.01 * length;
            if (point.experiment == "kernel-quality") {
                result.metrics["relative_l2"] = {0.5, 0.4, 0.6, 3};
            }
        }
        return result;
    }
};

}  // namespace
}  // namespace slay

extern "C" slay::Engine* slay_create_executor(int abi) {
    return abi == slay::engine_abi ? new slay::FakeExecutor : nullptr;
}

#include "tests/window/fake_executor.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cmath>
#include <thread>
#include <utility>
#include <vector>

#include "engine/core/provenance.h"
#include "engine/core/variant_info.h"

namespace slay {
namespace {

class FakeExecutor : public Executor {
  public:
    FakeExecutor(FakeBehaviour behaviour, FakeTrace* trace)
        : behaviour_(std::move(behaviour)), trace_(trace) {}

    std::vector<DeviceInfo> devices() override {
        DeviceInfo cpu;
        cpu.id = "cpu";
        cpu.name = "Test processor";
        cpu.sm_count = 2;
        cpu.memory_bytes = cpu.free_bytes = 8e9;
        return {cpu};
    }

    Result<DeviceInfo> resolve_device(const std::string& device) override {
        if (device == "auto" || device == "cpu") return devices().front();
        return Error{ErrorKind::no_device, "no device " + device + "; there is: cpu"};
    }

    Provenance provenance(const std::string& device, const Measurement&) override {
        Provenance provenance = local_provenance();
        provenance.device = device;
        provenance.device_name = "Test processor";
        provenance.started = "2026-01-01T00:00:00Z";
        return provenance;
    }

    void run_group(std::span<const Point> group, const ExecutionContext& context) override {
        if (trace_ && static_cast<long>(getpid()) == syscall(SYS_gettid))
            trace_->gui_thread_used = true;
        for (const Point& point : group) {
            if (!context.control.wait_while_paused()) return;
            context.observer.point_started(point);
            if (!measure(point, context)) return;
            if (trace_) ++trace_->points;
        }
    }

  private:
    static double milliseconds(const Point& point, const VariantInfo& variant) {
        const double length = static_cast<double>(point.parameters.integer("length", 256));
        const double budget =
            point.parameters.real("nodes", 1) * point.parameters.real("poly_features", 8);
        const double place = 1.0 + static_cast<double>(&variant - variant_catalog().data()) / 8.0 +
                             (point.experiment == "feature-budget" ? budget / 8 : 0);
        return variant.complexity == Complexity::quadratic ? 0.02 + place * 2e-7 * length * length
                                                           : 0.05 + place * 4e-4 * length;
    }

    // False: a stop was requested.
    bool measure(const Point& point, const ExecutionContext& context) {
        const VariantInfo& variant = *find_variant(point.variant);
        PointResult result;
        if (behaviour_.unsupported.count(point.variant) != 0) {
            result.state = PointState::unsupported;
            result.reason = "this variant cannot be measured by the test";
        } else if (variant.complexity == Complexity::quadratic &&
                   point.parameters.integer("length") > behaviour_.longest) {
            result.state = PointState::out_of_memory;
            result.reason = "Not enough memory for " + point.variant + " (needs about 137 GB)";
        } else {
            const double base = milliseconds(point, variant);
            for (int round = 0; round < behaviour_.samples; ++round) {
                if (context.control.stop_requested()) return false;
                if (!context.control.wait_while_paused()) return false;
                if (behaviour_.sample.count() > 0) std::this_thread::sleep_for(behaviour_.sample);
                const double value = base * (1 + 0.01 * std::sin(round * 2.4));
                if (point.experiment == "latency" || point.experiment == "feature-budget")
                    context.observer.samples_taken(point, "latency_ms", round, {&value, 1});
            }
            result = figures(point, base);
        }
        context.observer.point_finished(point, std::move(result));
        return true;
    }

    static PointResult figures(const Point& point, double base) {
        PointResult result;
        result.state = PointState::ok;
        if (point.experiment == "memory") result.metrics["peak_mb"] = {base * 40, {}, {}, 1};
        if (point.experiment == "feature-budget") {
            result.metrics["peak_mb"] = {base * 40, {}, {}, 1};
            result.metrics["relative_l2"] = {0.2 / std::sqrt(base), 0.19 / std::sqrt(base),
                                             0.21 / std::sqrt(base), 3};
        }
        if (point.experiment == "kernel-quality") {
            const double error = 0.3 + 0.05 * std::fmod(base * 100, 7);
            result.metrics["relative_l2"] = {error, error * 0.95, error * 1.05, 3};
            result.metrics["cosine"] = {1 - error / 2, {}, {}, 3};
        }
        return result;
    }

    FakeBehaviour behaviour_;
    FakeTrace* trace_;
};

}  // namespace

std::function<Result<std::unique_ptr<Executor>>()> fake_factory(FakeBehaviour behaviour,
                                                                FakeTrace* trace) {
    return [behaviour = std::move(behaviour), trace]() -> Result<std::unique_ptr<Executor>> {
        std::this_thread::sleep_for(behaviour.load);
        while (trace && trace->hold_load) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (!behaviour.load_error.empty()) return Error{ErrorKind::internal, behaviour.load_error};
        return std::unique_ptr<Executor>(std::make_unique<FakeExecutor>(behaviour, trace));
    };
}

}  // namespace slay

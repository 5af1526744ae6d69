// The engine of this build, but for one point, which is made to fault in the middle of its work.
// SLAY_FAULT=KIND,VARIANT,LENGTH[,rounds], where KIND is
//   illegal-access  a kernel writes where it must not
//   assertion       a kernel's own check fails
//   segfault        the program touches a null pointer
//   hang            it never comes back
// With `rounds` it comes after the point's first samples, else when the point starts.
#include <ATen/ATen.h>
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/run/engine_library.h"

namespace slay {
namespace {

struct Fault {
    std::string kind, variant;
    std::int64_t length = 0;
    bool in_rounds = false;
};

Fault fault_asked_for() {
    const char* text = std::getenv("SLAY_FAULT");
    std::vector<std::string> words{""};
    for (const char* c = text ? text : ""; *c != '\0'; ++c) {
        if (*c == ',')
            words.emplace_back();
        else
            words.back() += *c;
    }
    if (words.size() < 3) return {};
    return {words[0], words[1], std::atoll(words[2].c_str()), words.size() > 3};
}

void commit(const std::string& kind) {
    const auto on_gpu = at::TensorOptions().device(at::kCUDA);
    if (kind == "illegal-access") {
        at::Tensor nowhere = at::for_blob(reinterpret_cast<void*>(0x1000), {1 << 20})
                                 .options(on_gpu)
                                 .target_device(at::Device(at::kCUDA, 0))
                                 .make_tensor();
        nowhere.fill_(1);
    } else if (kind == "assertion") {
        at::ones({4}, on_gpu).index_select(0, at::full({1}, 1000, on_gpu.dtype(at::kLong)));
    } else if (kind == "segfault") {
        raise(SIGSEGV);
    } else if (kind == "hang") {
        for (;;) pause();
    } else {
        throw std::invalid_argument("SLAY_FAULT names no fault that is known");
    }
}

class Faulting final : public PointObserver {
  public:
    explicit Faulting(PointObserver& next) : next_(next) {}
    void point_started(const Point& point) override {
        next_.point_started(point);
        maybe(point, false);
    }
    void samples_taken(const Point& point, std::string_view metric, std::int64_t first_round,
                       std::span<const double> values) override {
        next_.samples_taken(point, metric, first_round, values);
        maybe(point, true);
    }
    void point_finished(const Point& point, PointResult result) override {
        next_.point_finished(point, std::move(result));
    }
    void message(Severity severity, std::string text) override {
        next_.message(severity, std::move(text));
    }

  private:
    void maybe(const Point& point, bool in_rounds) {
        if (point.variant != fault_.variant || in_rounds != fault_.in_rounds ||
            point.parameters.integer("length") != fault_.length)
            return;
        commit(fault_.kind);
    }

    PointObserver& next_;
    const Fault fault_ = fault_asked_for();
};

class FaultingEngine final : public Engine {
  public:
    explicit FaultingEngine(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

    std::vector<DeviceInfo> devices() override { return engine_->devices(); }
    Result<DeviceInfo> resolve_device(const std::string& device) override {
        return engine_->resolve_device(device);
    }
    Provenance provenance(const std::string& device, const Measurement& measurement) override {
        return engine_->provenance(device, measurement);
    }
    void run_group(std::span<const Point> group, const ExecutionContext& context) override {
        Faulting observer(context.observer);
        engine_->run_group(
            group, {context.spec, context.device, context.control, observer, context.folder});
    }
    std::string broken() const override { return engine_->broken(); }
    Result<bool> verify(const std::string& golden_path, const std::string& device,
                        const std::vector<std::string>& variants, RunControl& control,
                        const VerifyObserver& observe) override {
        return engine_->verify(golden_path, device, variants, control, observe);
    }
    std::string probe_memory(const std::string& point_json) override {
        return engine_->probe_memory(point_json);
    }

  private:
    const std::unique_ptr<Engine> engine_;
};

}  // namespace
}  // namespace slay

extern "C" slay::Engine* slay_create_executor(int abi) {
    void* library = dlopen("libslay_engine.so", RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::runtime_error(dlerror());
    const auto create =
        reinterpret_cast<slay::CreateExecutor>(dlsym(library, "slay_create_executor"));
    if (!create) throw std::runtime_error("libslay_engine.so is no engine");
    std::unique_ptr<slay::Engine> engine(create(abi));
    return engine ? new slay::FaultingEngine(std::move(engine)) : nullptr;
}

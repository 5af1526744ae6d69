// A TorchScript file as an attention.
#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>
#include <stdexcept>

#include "engine/attention/own/own_module.h"
#include "engine/core/units.h"

namespace slay {
namespace {

class TorchScriptModule final : public OwnModule {
  public:
    explicit TorchScriptModule(torch::jit::Module module)
        : module_(std::move(module)), forward_(module_.get_method("forward")) {}

    at::Tensor call(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    bool causal) override {
        try {
            return forward_({q, k, v, causal}).toTensor();
        } catch (const c10::OutOfMemoryError&) {
            throw;
        } catch (const std::exception& error) {
            throw std::runtime_error(telling_line(error.what()));
        }
    }
    bool differentiable() const override { return true; }
    bool takes_any_type() const override { return true; }

  private:
    torch::jit::Module module_;
    torch::jit::Method forward_;
};

// Empty, or what its forward is instead of (q, k, v, causal) -> y.
std::string other_signature(const torch::jit::Module& module) {
    const auto method = module.find_method("forward");
    if (!method) return "has no method forward";
    const c10::FunctionSchema& schema = method->function().getSchema();
    const auto& arguments = schema.arguments();
    bool fits = arguments.size() == 5 && schema.returns().size() == 1 &&
                arguments[4].type()->kind() == c10::TypeKind::BoolType &&
                schema.returns()[0].type()->kind() == c10::TypeKind::TensorType;
    for (std::size_t i = 1; fits && i < 4; ++i)
        fits = arguments[i].type()->kind() == c10::TypeKind::TensorType;
    if (fits) return {};
    std::ostringstream text;
    text << schema;
    return "has another signature: " + clean_text(text.str(), 300);
}

}  // namespace

std::unique_ptr<OwnModule> load_torchscript(const std::string& path, const std::string& bytes,
                                            at::Device device, at::ScalarType type) {
    std::istringstream stream(bytes);
    torch::jit::Module module;
    try {
        module = torch::jit::load(stream, device);
    } catch (const std::exception& error) {
        const std::string text(error.what());
        throw std::runtime_error(clean_text(path) + " is no TorchScript file (" +
                                 clean_text(text.substr(0, text.find('\n')), 300) +
                                 "): make one with torch.jit.script(module).save(path)");
    }
    if (const std::string other = other_signature(module); !other.empty())
        throw std::runtime_error(clean_text(path) + ' ' + other +
                                 "; expected forward(q: Tensor, k: Tensor, v: Tensor, causal: "
                                 "bool) -> Tensor");
    module.eval();
    module.to(device, type);
    return std::make_unique<TorchScriptModule>(std::move(module));
}

}  // namespace slay

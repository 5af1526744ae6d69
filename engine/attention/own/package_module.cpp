// A package that AOTInductor compiled, as an attention. Its flag is fixed when it is compiled, so it
// takes q, k and v; what it computes is held to the flag of the point (own_conformance.h).
#include <ATen/ATen.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <type_traits>

#include "engine/attention/own/own_module.h"
#include "engine/core/units.h"

#if __has_include(<torch/csrc/inductor/aoti_package/model_package_loader.h>)
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>
#define SLAY_HAS_PACKAGES 1
#else
#define SLAY_HAS_PACKAGES 0
#endif

namespace slay {

#if SLAY_HAS_PACKAGES
namespace {

// Earlier releases know no device index.
template <typename Loader>
std::unique_ptr<Loader> open_package(const std::string& path, at::Device device) {
    using Index = c10::DeviceIndex;
    if constexpr (std::is_constructible_v<Loader, const std::string&, const std::string&, bool,
                                          std::size_t, Index>)
        return std::make_unique<Loader>(path, std::string("model"), false, std::size_t{1},
                                        device.is_cuda() ? device.index() : Index{-1});
    else
        return std::make_unique<Loader>(path, std::string("model"));
}

class PackageModule final : public OwnModule {
  public:
    PackageModule(const std::string& path, at::Device device)
        : loader_(open_package<torch::inductor::AOTIModelPackageLoader>(path, device)) {}

    std::string metadata(const std::string& key) {
        const auto all = loader_->get_metadata();
        const auto found = all.find(key);
        return found == all.end() ? std::string() : found->second;
    }

    // A package fixes the layout of its inputs: those of a layer, which are views, are copied.
    at::Tensor call(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool) override {
        const at::NoGradGuard no_grad;
        try {
            const auto outputs =
                loader_->run({q.contiguous(), k.contiguous(), v.contiguous()});
            if (outputs.size() != 1)
                throw std::runtime_error("gives " + std::to_string(outputs.size()) +
                                         " tensors; expected one");
            return outputs.front();
        } catch (const c10::OutOfMemoryError&) {
            throw;
        } catch (const std::exception& error) {
            const std::string text(error.what());
            if (text.find("API call failed") == std::string::npos)
                throw std::runtime_error(telling_line(text));
            std::ostringstream shape;  // the package itself tells standard error alone
            shape << q.sizes() << " of " << q.scalar_type();
            throw std::runtime_error("the package does not take q, k and v of " + shape.str() +
                                     ": it takes the shapes and the type that it was compiled for");
        }
    }
    bool differentiable() const override { return false; }
    bool takes_any_type() const override { return false; }

  private:
    std::unique_ptr<torch::inductor::AOTIModelPackageLoader> loader_;
};

}  // namespace

std::unique_ptr<OwnModule> load_package(const std::string& path, at::Device device) {
    // A package called with a shape that it was not compiled for says so instead of reading beyond
    // its inputs.
    setenv("AOTI_RUNTIME_CHECK_INPUTS", "1", 0);
    std::unique_ptr<PackageModule> module;
    try {
        module = std::make_unique<PackageModule>(path, device);
    } catch (const std::exception& error) {
        throw std::runtime_error(clean_text(path) + " is no package that can run here (" +
                                 telling_line(error.what()) +
                                 "): make one with torch._inductor.aoti_compile_and_package, with "
                                 "this release of PyTorch");
    }
    const std::string made_for = module->metadata("AOTI_DEVICE_KEY");
    const char* here = device.is_cuda() ? "cuda" : "cpu";
    if (!made_for.empty() && made_for != here)
        throw std::runtime_error(clean_text(path) + " was compiled for " + clean_text(made_for, 40) +
                                 ", and this point is on " + here);
    return module;
}
#else
std::unique_ptr<OwnModule> load_package(const std::string& path, at::Device) {
    throw std::runtime_error(clean_text(path) +
                             ": this LibTorch opens no packages of AOTInductor");
}
#endif

}  // namespace slay

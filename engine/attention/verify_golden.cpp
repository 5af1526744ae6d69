// Golden files against the production form in float32, compared as the README beside them says.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "engine/attention/arithmetic.h"
#include "engine/attention/comparison.h"
#include "engine/attention/golden_file.h"
#include "engine/attention/verify.h"

namespace slay {
namespace {

constexpr double kBound = 1e-4;
constexpr double kNearZero = 0.01;         // |D_i| against the median |D|: rows compared
constexpr double kNearZeroGradient = 0.1;  // rows that enter a signed variant's gradient
constexpr std::int64_t kDifferences = 12;  // entries of each of q, k, v differentiated numerically
constexpr double kStep = 1e-4;

AttentionConfig configure(const GoldenFile& file, const std::string& name) {
    AttentionConfig config;
    config.heads = file.heads;
    config.head_dim = file.head_dim;
    config.causal = file.causal;
    config.delta = file.delta;
    const bool shared =
        name == "performer" || name == "yat-performer-laplace" || name == "yat-performer";
    config.parameters.set("nodes", file.nodes);
    config.parameters.set("prf_features", shared ? file.shared_features : file.prf_features);
    config.parameters.set("poly_features", file.poly_features);
    config.parameters.set("epsilon", file.epsilon);
    // Habits of the published code: Nystrom's features carry a further 1/sqrt(P), so its delta acts
    // as P delta; TensorSketch divides by max(D / P, delta) P, which is D on the rows compared.
    if (name == "yat-performer-nystrom")
        config.delta = file.delta * static_cast<double>(file.poly_features);
    if (name == "yat-performer-tensor") config.delta = 0;
    return config;
}

Status install_buffers(Attention& attention, const GoldenVariant& golden,
                       const std::string& pointer) {
    std::vector<std::string> names;
    for (const auto& [name, value] : attention.buffers()) names.push_back(name);
    for (const std::string& name : names) {
        const auto found = golden.buffers.find(name);
        if (found == golden.buffers.end())
            return Error{ErrorKind::bad_data, pointer + ": the buffer \"" + name + "\" is missing"};
        const Status replaced = attention.replace_buffer(name, found->second);
        if (!replaced)
            return Error{ErrorKind::bad_data,
                         pointer + "/" + name + ": " + replaced.error().message};
        const at::Tensor& kept = attention.buffers().find(name)->second;
        const bool is_hash = kept.scalar_type() == at::kLong;
        if (is_hash &&
            ((kept < 0) | (kept >= attention.config().parameters.integer("poly_features")))
                .any()
                .item<bool>())
            return Error{ErrorKind::bad_data,
                         pointer + "/" + name + ": a hash is outside 0 .. poly_features - 1"};
    }
    return done();
}

// cos(0, 1, 2, ...) over the output laid out as [B, L, H*d], as [B, H, L, d].
at::Tensor gradient_weight(const GoldenFile& file) {
    const std::int64_t count = file.batch * file.length * file.heads * file.head_dim;
    return at::arange(count, at::kDouble)
        .cos()
        .view({file.batch, file.length, file.heads, file.head_dim})
        .transpose(1, 2)
        .contiguous();
}

class Comparison {
  public:
    Comparison(const GoldenFile& file, const GoldenVariant& golden,
               const VariantImplementation& variant, Attention& attention, at::Device device)
        : file_(file),
          golden_(golden),
          variant_(variant),
          attention_(attention),
          device_(device),
          signed_(find_variant(variant.name)->signed_estimate) {}

    std::vector<VerifyLine> run() {
        const at::NoGradGuard no_grad;
        const PlainOutput plain =
            variant_.plain(plain_input(attention_, file_.q, file_.k, file_.v));
        at::Tensor rows = at::ones({file_.batch, file_.heads, file_.length}, at::kBool);
        if (plain.denominators.defined()) {
            rows = well_conditioned(plain.denominators, kNearZero);
            if (variant_.name == "yat-performer-tensor") rows &= plain.denominators > 0;
        }
        const at::Tensor weight = gradient_weight(file_);
        if (signed_) {
            gradient_rows_ = well_conditioned(plain.denominators, kNearZeroGradient)
                                 .to(at::kDouble)
                                 .unsqueeze(-1);
            run_production(weight * gradient_rows_);
        } else {
            run_production(weight);
        }
        std::vector<VerifyLine> lines;
        const at::Tensor kept = rows.to(at::kDouble).unsqueeze(-1);
        const std::int64_t left_out = (~rows).sum().item<std::int64_t>();
        std::string note = attention_.backend();
        if (left_out > 0) note = std::to_string(left_out) + " rows with D near zero left out";
        lines.push_back(
            line("output", relative_l2(output_ * kept, golden_.output * kept), std::move(note)));
        if (signed_) {
            add_difference_lines(weight * gradient_rows_, lines);
        } else {
            lines.push_back(line("grad_q", relative_l2(gradients_[0], golden_.grad_q), {}));
            lines.push_back(line("grad_k", relative_l2(gradients_[1], golden_.grad_k), {}));
            lines.push_back(line("grad_v", relative_l2(gradients_[2], golden_.grad_v), {}));
        }
        return lines;
    }

  private:
    VerifyLine line(std::string subject, double error, std::string note) const {
        VerifyLine result;
        result.variant = std::string(variant_.name);
        result.subject = std::move(subject);
        result.where = file_.name;
        result.relative_error = error;
        result.bound = kBound;
        result.passed = error <= kBound;
        result.note = std::move(note);
        return result;
    }

    void run_production(const at::Tensor& weight) {
        const at::AutoGradMode with_grad(true);
        const Float32Lane ieee(false);
        const auto options = at::TensorOptions().dtype(at::kFloat).device(device_);
        const auto leaf = [&](const at::Tensor& x) { return x.to(options).requires_grad_(true); };
        const at::Tensor q = leaf(file_.q), k = leaf(file_.k), v = leaf(file_.v);
        const at::Tensor output = attention_.forward(q, k, v);
        for (const at::Tensor& gradient :
             torch::autograd::grad({output}, {q, k, v}, {weight.to(options)}))
            gradients_.push_back(gradient.to(at::kCPU, at::kDouble));
        output_ = output.detach().to(at::kCPU, at::kDouble);
    }

    // sum(weight * plain(q, k, v))
    double loss(const at::Tensor& weight, const std::array<at::Tensor, 3>& qkv) const {
        const PlainOutput plain = variant_.plain(plain_input(attention_, qkv[0], qkv[1], qkv[2]));
        return (plain.output * weight).sum().item<double>();
    }

    // Gradients at a spread of entries against central differences of the plain float64 form, with
    // one step of Richardson's extrapolation.
    void add_difference_lines(const at::Tensor& weight, std::vector<VerifyLine>& lines) const {
        constexpr std::array<const char*, 3> subjects{"grad_q", "grad_k", "grad_v"};
        const std::int64_t left_out = (gradient_rows_ == 0).sum().item<std::int64_t>();
        for (std::size_t which = 0; which < 3; ++which) {
            std::array<at::Tensor, 3> qkv{file_.q.clone(), file_.k.clone(), file_.v.clone()};
            double* data = qkv[which].data_ptr<double>();
            const at::Tensor gradient = gradients_[which].contiguous();
            const std::int64_t count = qkv[which].numel();
            const std::int64_t entries = std::min(kDifferences, count);
            at::Tensor analytic = at::empty({entries}, at::kDouble);
            at::Tensor numeric = at::empty({entries}, at::kDouble);
            for (std::int64_t e = 0; e < entries; ++e) {
                const std::int64_t i = (2 * e + 1) * count / (2 * entries);
                const double at = data[i];
                const auto slope = [&](double step) {
                    data[i] = at + step;
                    const double above = loss(weight, qkv);
                    data[i] = at - step;
                    const double below = loss(weight, qkv);
                    data[i] = at;
                    return (above - below) / (2 * step);
                };
                numeric[e] = (4 * slope(kStep / 2) - slope(kStep)) / 3;
                analytic[e] = gradient.data_ptr<double>()[i];
            }
            lines.push_back(line(subjects[which], relative_l2(analytic, numeric),
                                 "against finite differences at " + std::to_string(entries) +
                                     " entries, without the " + std::to_string(left_out) +
                                     " rows with D near zero"));
        }
    }

    const GoldenFile& file_;
    const GoldenVariant& golden_;
    const VariantImplementation& variant_;
    Attention& attention_;
    at::Device device_;
    bool signed_;
    at::Tensor output_, gradient_rows_;
    std::vector<at::Tensor> gradients_;
};

// standard-fused is compared with the file's softmax.
const GoldenVariant* golden_for(const GoldenFile& file, std::string_view name) {
    const std::string_view wanted = name == "standard-fused" ? "standard" : name;
    for (const GoldenVariant& each : file.variants)
        if (each.name == wanted) return &each;
    return nullptr;
}

}  // namespace

Result<std::vector<VerifyLine>> verify_golden(const std::string& path, const std::string& device,
                                              const std::vector<std::string>& variants,
                                              const VerifyObserver& observe, std::stop_token stop) {
    const Result<at::Device> place = parse_device(device);
    if (!place) return place.error();
    const Result<GoldenFile> file = read_golden(path);
    if (!file) return file.error();
    for (const GoldenVariant& each : file->variants)
        if (!find_implementation(each.name))
            return Error{ErrorKind::bad_data, path +
                                                  ": /variants: there is no attention variant '" +
                                                  each.name.substr(0, 64) + "'"};
    std::vector<VerifyLine> lines;
    for (const VariantImplementation& variant : builtin_variants()) {
        const GoldenVariant* golden = golden_for(*file, variant.name);
        if (!golden) continue;
        if (!variants.empty() &&
            std::find(variants.begin(), variants.end(), variant.name) == variants.end())
            continue;
        if (stop.stop_requested()) return Error{ErrorKind::cancelled, "verification was stopped"};
        try {
            const auto attention =
                make_attention(variant.name, configure(*file, std::string(variant.name)));
            const Status installed = install_buffers(
                *attention, *golden, path + ": /variants/" + golden->name + "/buffers");
            if (!installed) return installed.error();
            for (VerifyLine& each : Comparison(*file, *golden, variant, *attention, *place).run()) {
                if (observe) observe(each);
                lines.push_back(std::move(each));
            }
        } catch (const std::exception& error) {
            return Error{ErrorKind::internal,
                         std::string(variant.name) + " could not be compared: " + error.what()};
        }
    }
    return lines;
}

}  // namespace slay

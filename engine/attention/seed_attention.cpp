#include "engine/attention/seed_attention.h"

#include <ATen/ATen.h>

#include <stdexcept>
#include <vector>

#include "engine/attention/builtin_variants.h"
#include "engine/attention/slay_attention.h"

namespace slay {
namespace {

// The seeds' buffers as one for all heads: side by side along the dimension that counts heads, or,
// where the heads of one seed share it, once for each head.
at::Tensor join(const std::vector<at::Tensor>& parts, const at::Tensor& wanted,
                std::int64_t heads) {
    const auto seeds = static_cast<std::int64_t>(parts.size());
    const at::Tensor& first = parts.front();
    for (std::int64_t dim = 0; dim < first.dim(); ++dim)
        if (first.size(dim) == heads && wanted.size(dim) == heads * seeds)
            return at::cat(parts, dim);
    return at::stack(parts).repeat_interleave(heads, 0);
}

}  // namespace

std::unique_ptr<Attention> make_seed_attention(std::string_view variant,
                                               const AttentionConfig& config,
                                               std::span<const std::uint64_t> seeds) {
    if (seeds.empty()) throw std::invalid_argument("no seed to make an attention of");
    const at::NoGradGuard no_grad;
    std::vector<std::unique_ptr<Attention>> alone;
    for (const std::uint64_t seed : seeds) {
        AttentionConfig one = config;
        one.seed = seed;
        alone.push_back(make_attention(variant, one));
    }
    if (seeds.size() == 1) return std::move(alone.front());

    AttentionConfig all = config;
    all.heads = config.heads * static_cast<std::int64_t>(seeds.size());
    all.seed = seeds.front();
    auto joined = make_attention(variant, all);
    const BufferMap made = joined->buffers();
    for (const auto& [name, wanted] : made) {
        std::vector<at::Tensor> parts;
        bool same = true;  // quadrature nodes are no matter of the seed
        for (const auto& each : alone) {
            parts.push_back(each->buffers().at(name));
            same = same && parts.back().equal(wanted);
        }
        const at::Tensor value = join(parts, wanted, config.heads);
        auto* slay = dynamic_cast<SlayAttention*>(joined.get());
        if (value.sizes().equals(wanted.sizes())) {
            if (const Status status = joined->replace_buffer(name, value); !status)
                throw std::logic_error(std::string(variant) + ": " + status.error().message);
        } else if (slay && name.rfind("quad_", 0) != 0) {
            slay->set_by_head(name, value);
        } else if (!same) {
            throw std::logic_error(std::string(variant) + ": the heads cannot differ in " + name);
        }
    }
    return joined;
}

}  // namespace slay

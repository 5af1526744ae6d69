#include "engine/attention/kernel_coverage.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/attention/builtin_variants.h"
#include "engine/measure/cpu_threads.h"

namespace slay {
namespace {

constexpr DataType kTypes[] = {DataType::bfloat16, DataType::float16, DataType::float32};
constexpr std::int64_t kEnough = 1024;  // a length that no kernel refuses for being short

// One variant, with an attention for each configuration that was asked about.
class Questions {
  public:
    explicit Questions(const VariantInfo& variant) : variant_(variant) {}

    bool has(std::string_view parameter) const {
        return std::any_of(variant_.parameters.begin(), variant_.parameters.end(),
                           [&](const ParameterInfo& info) { return info.id == parameter; });
    }

    // `features` R M and `poly` P; 0: the defaults.
    std::string refusal(int head_dim, std::int64_t features, std::int64_t poly, bool causal,
                        const KernelQuestion& question) {
        auto& known = asked_[{head_dim, features, poly, causal}];
        if (!known) {
            AttentionConfig config;
            config.head_dim = head_dim;
            config.causal = causal;
            if (features > 0) {
                if (has("nodes")) config.parameters.set("nodes", std::int64_t{1});
                config.parameters.set("prf_features", features);
            }
            if (poly > 0) config.parameters.set("poly_features", poly);
            known = make_attention(variant_.name, config);
        }
        return known->kernel_refusal(question);
    }

  private:
    const VariantInfo& variant_;
    std::map<std::tuple<int, std::int64_t, std::int64_t, bool>, std::unique_ptr<Attention>> asked_;
};

// The largest value up to `limit` that is covered, where 1 .. that value are; 0: none is.
template <typename Covered>
std::int64_t largest(std::int64_t limit, Covered&& covered) {
    std::int64_t low = 0, high = 1;
    while (high <= limit && covered(high)) {
        low = high;
        high *= 2;
    }
    high = std::min(high, limit + 1);
    while (high - low > 1) {
        const std::int64_t middle = (low + high) / 2;
        (covered(middle) ? low : high) = middle;
    }
    return low;
}

KernelCoverage coverage_of(Questions& questions, const VariantInfo& variant, DataType type,
                           bool gradient) {
    KernelCoverage row;
    row.variant = variant.name;
    row.gradient = gradient;
    row.types = {type};
    const KernelQuestion usual{type, kEnough, gradient};
    const auto covered = [&](int d, std::int64_t features, std::int64_t poly, bool causal) {
        return questions.refusal(d, features, poly, causal, usual).empty();
    };
    for (int d = 4; d <= 256; d += 4)
        if (covered(d, 0, 0, true) || covered(d, 0, 0, false)) row.head_dims.push_back(d);
    if (row.head_dims.empty()) {
        row.refusal = questions.refusal(32, 0, 0, true, usual);
        return row;
    }
    const int any = row.head_dims[row.head_dims.size() / 2];
    row.causal = covered(any, 0, 0, true);
    row.bidirectional = covered(any, 0, 0, false);
    const bool direction = row.causal;
    if (questions.has("prf_features")) {
        for (const int d : row.head_dims)
            row.most_features[d] =
                largest(1024, [&](std::int64_t n) { return covered(d, n, 0, direction); });
    }
    if (questions.has("poly_features"))
        row.most_poly = largest(128, [&](std::int64_t n) { return covered(any, 0, n, direction); });
    row.least_length =
        kEnough - largest(kEnough - 1, [&](std::int64_t less) {
            return questions.refusal(any, 0, 0, direction, {type, kEnough - less, gradient})
                .empty();
        });
    return row;
}

bool alike(KernelCoverage a, const KernelCoverage& b) {
    a.types = b.types;
    return a == b;
}

}  // namespace

std::vector<KernelCoverage> kernel_coverage() {
    const ThreadScope one_thread(1);  // thousands of tiny tensors: more threads wait for each other
    std::vector<KernelCoverage> rows;
    for (const VariantInfo& variant : variant_catalog()) {
        Questions questions(variant);
        for (const bool gradient : {false, true}) {
            const std::size_t first = rows.size();
            for (const DataType type : kTypes) {
                KernelCoverage row = coverage_of(questions, variant, type, gradient);
                const auto same =
                    std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end(),
                                 [&](const KernelCoverage& each) { return alike(each, row); });
                if (same == rows.end())
                    rows.push_back(std::move(row));
                else
                    same->types.push_back(type);
            }
        }
    }
    return rows;
}

}  // namespace slay

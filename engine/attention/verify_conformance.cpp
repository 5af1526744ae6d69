// The conformance grid and the gate before a first timing.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "engine/attention/comparison.h"
#include "engine/attention/verify.h"
#include "engine/core/own_variant.h"
#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::uint64_t kSeed = 20260;

// Several blocks of several chunks even at small lengths.
constexpr ChunkPlan kSmallChunks{16, 48};

// The worst of one variant, type and quantity over all shapes.
struct Worst {
    VerifyLine line;
    int cases = 0;
};

// A shape, and of a budget what the variant has a parameter for.
struct Place {
    ConformanceShape shape;
    bool causal = true;
    Parameters budget;  // empty: the variant's defaults

    std::string describe(DataType type, bool chunked) const {
        std::string text = std::string(to_string(type)) + " B=" + std::to_string(shape.batch) +
                           " H=" + std::to_string(shape.heads) +
                           " L=" + std::to_string(shape.length) +
                           " d=" + std::to_string(shape.head_dim);
        for (const auto& [id, symbol] :
             {std::pair{"nodes", " R="}, std::pair{"prf_features", " M="},
              std::pair{"poly_features", " P="}})
            if (budget.has(id)) text += symbol + std::to_string(budget.integer(id));
        return text + (causal ? " causal" : " bidirectional") + (chunked ? " in chunks" : "");
    }
};

Parameters budget_of(const VariantInfo& variant, const ConformanceShape& shape) {
    Parameters all;
    all.set("nodes", shape.nodes);
    all.set("prf_features", shape.prf_features);
    all.set("poly_features", shape.poly_features);
    Parameters own;
    for (const ParameterInfo& parameter : variant.parameters)
        if (const ParameterValue* value = all.find(parameter.id)) own.set(parameter.id, *value);
    return own;
}

class GridRun {
  public:
    GridRun(const ConformanceGrid& grid, at::Device device, const VerifyObserver& observe)
        : grid_(grid), device_(device), observe_(observe) {}

    void variant(const VariantImplementation& row, std::stop_token stop) {
        worst_.clear();
        for (const std::int64_t head_dim : grid_.head_dims)
            for (const std::int64_t length : grid_.lengths)
                for (const bool causal : {true, false}) {
                    if (stop.stop_requested()) return;
                    judge(row, {{grid_.batch, grid_.heads, length, head_dim}, causal, {}},
                          grid_.types);
                }
        std::vector<DataType> types = grid_.types;
        std::erase(types, DataType::float64);
        for (const ConformanceShape& shape : grid_.shapes)
            for (const bool causal : {true, false}) {
                if (stop.stop_requested()) return;
                judge(row, {shape, causal, budget_of(*find_variant(row.name), shape)}, types);
            }
        for (auto& [key, worst] : worst_) {
            worst.line.note = "worst of " + std::to_string(worst.cases) + " cases" +
                              (worst.line.note.empty() ? "" : "; " + worst.line.note);
            emit(worst.line);
        }
    }

    std::vector<VerifyLine> take_lines() { return std::move(lines_); }

  private:
    void judge(const VariantImplementation& row, const Place& place,
               const std::vector<DataType>& types) {
        const ConformanceShape& shape = place.shape;
        AttentionConfig config;
        config.heads = shape.heads;
        config.head_dim = shape.head_dim;
        config.causal = place.causal;
        config.seed = kSeed;
        config.parameters = place.budget;
        const CaseInput input =
            exact_case(shape.batch, shape.heads, shape.length, shape.head_dim, kSeed + 1);
        const auto automatic = make_attention(row.name, config);
        config.plan = kSmallChunks;
        const auto chunked = make_attention(row.name, config);
        const Reference expected = reference(row, *automatic, input);
        for (const DataType type : types) {
            const std::string refused = unsupported_reason(row.name, config, device_, type);
            if (!refused.empty()) {
                VerifyLine line = blank(row, "output", place.describe(type, false));
                line.compared = false;
                line.passed = true;
                line.note = refused;
                emit(line);
                continue;
            }
            judge(row, *automatic, input, expected, type, place.describe(type, false));
            if (shape.length > kSmallChunks.chunk &&
                find_variant(row.name)->family != Family::softmax)
                judge(row, *chunked, input, expected, type, place.describe(type, true));
        }
    }

    void judge(const VariantImplementation& row, Attention& attention, const CaseInput& input,
               const Reference& expected, DataType type, const std::string& where) {
        const CaseErrors errors = compare(attention, input, expected, device_, type);
        const ErrorBound bound = row.bound(type);
        record(row, "output", where, type, errors.output, bound.output, errors.backend);
        if (errors.alone)
            record(row, "output", where, type, *errors.alone, bound.output, errors.alone_backend);
        record(row, "gradient", where, type, errors.gradient, bound.gradient, errors.backend);
    }

    void record(const VariantImplementation& row, const std::string& subject,
                const std::string& where, DataType type, double error, double bound,
                const std::string& backend) {
        VerifyLine line = blank(row, subject, where);
        line.relative_error = error;
        line.bound = bound;
        line.passed = error <= bound;
        line.note = backend;
        Worst& worst = worst_[{type, subject, backend}];
        // Not "greater": a NaN stays the worst.
        if (worst.cases++ == 0 ||
            !(error <= worst.line.relative_error || std::isnan(worst.line.relative_error))) {
            if (worst.cases > 1 && !worst.line.passed) emit(worst.line);
            worst.line = line;
        } else if (!line.passed) {
            emit(line);
        }
    }

    static VerifyLine blank(const VariantImplementation& row, const std::string& subject,
                            const std::string& where) {
        VerifyLine line;
        line.variant = std::string(row.name);
        line.subject = subject;
        line.where = where;
        return line;
    }

    void emit(const VerifyLine& line) {
        if (observe_) observe_(line);
        lines_.push_back(line);
    }

    const ConformanceGrid& grid_;
    at::Device device_;
    const VerifyObserver& observe_;
    std::map<std::tuple<DataType, std::string, std::string>, Worst> worst_;  // with the backend
    std::vector<VerifyLine> lines_;
};

}  // namespace

std::vector<ConformanceShape> kernel_shapes() {
    return {{1, 1, 300, 16, 1, 8, 4},   {1, 1, 515, 32, 1, 64, 64}, {2, 32, 129, 32, 2, 16, 16},
            {1, 3, 300, 32, 4, 8, 32},  {1, 2, 300, 64, 2, 16, 16}, {2, 3, 300, 64, 8, 8, 12},
            {1, 4, 200, 64, 1, 64, 64}, {1, 2, 300, 128, 4, 16, 8}, {1, 2, 1111, 64, 1, 32, 32},
            {1, 1, 130, 16, 8, 64, 64}, {1, 1, 130, 32, 2, 16, 96}};
}

Result<std::vector<VerifyLine>> verify_conformance(const std::string& device,
                                                   const ConformanceGrid& grid,
                                                   const VerifyObserver& observe,
                                                   std::stop_token stop) {
    const Result<at::Device> place = parse_device(device);
    if (!place) return place.error();
    GridRun run(grid, *place, observe);
    for (const VariantImplementation& row : builtin_variants()) {
        if (stop.stop_requested()) return Error{ErrorKind::cancelled, "verification was stopped"};
        const bool wanted =
            grid.variants.empty() ||
            std::find(grid.variants.begin(), grid.variants.end(), row.name) != grid.variants.end();
        if (!wanted) continue;
        try {
            run.variant(row, stop);
        } catch (const std::exception& error) {
            return Error{ErrorKind::internal,
                         std::string(row.name) + " could not be compared: " + error.what()};
        }
    }
    return run.take_lines();
}

Result<GateResult> conformance_gate(const GateRequest& request) {
    const Result<at::Device> place = parse_device(request.device);
    if (!place) return place.error();
    const VariantImplementation* row = find_implementation(request.variant);
    if (!row)
        return Error{ErrorKind::usage, "there is no attention variant '" + request.variant + "'"};
    if (is_own_variant(request.variant)) return GateResult{};  // own_conformance.h
    AttentionConfig config;
    config.heads = 2;
    config.head_dim = request.head_dim;
    config.causal = request.causal;
    config.seed = request.seed;
    config.parameters = request.parameters;
    const std::string refused = unsupported_reason(request.variant, config, *place, request.type);
    if (!refused.empty()) return Error{ErrorKind::usage, refused};
    try {
        const auto automatic = make_attention(request.variant, config);
        const Parameters& own = automatic->config().parameters;
        const std::int64_t features = own.integer("nodes", 1) * own.integer("prf_features", 1) *
                                      own.integer("poly_features", 1);
        const std::int64_t length = features > 4096 ? 129 : 257;
        const CaseInput input = exact_case(1, 2, length, request.head_dim, request.seed);
        const Reference expected = reference(*row, *automatic, input);
        // Once as the shape decides, and once through the states between chunks and blocks.
        config.plan = ChunkPlan{32, 64};
        const auto chunked = make_attention(request.variant, config);
        GateResult result;
        result.output_bound = row->bound(request.type).output;
        result.gradient_bound = row->bound(request.type).gradient;
        for (Attention* attention : {automatic.get(), chunked.get()}) {
            const CaseErrors errors = compare(*attention, input, expected, *place, request.type);
            // Not std::max: a NaN has to stay.
            if (!(errors.output <= result.output_error)) result.output_error = errors.output;
            if (errors.alone && !(*errors.alone <= result.output_error))
                result.output_error = *errors.alone;
            if (!(errors.gradient <= result.gradient_error))
                result.gradient_error = errors.gradient;
        }
        return result;
    } catch (const std::exception& error) {
        const std::string_view text(error.what());  // then LibTorch's advice and its stack
        return Error{ErrorKind::internal, request.variant + " could not be compared: " +
                                              clean_text(text.substr(0, text.find('\n')), 400)};
    }
}

}  // namespace slay

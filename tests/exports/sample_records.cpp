#include "tests/exports/sample_records.h"

#include <cmath>
#include <stdexcept>

#include "engine/core/plan.h"
#include "exports/published.h"

namespace slay::testing {
namespace {

Provenance sample_provenance() {
    Provenance out;
    out.program_version = "1.2.3";
    out.git_revision = "0123abcd";
    out.build_type = "Release";
    out.device = "cuda:0";
    out.device_name = "NVIDIA H200";
    out.cpu_model = "Some CPU";
    out.started = "2026-11-23T14:05:09Z";
    return out;
}

// Numbers that look random and are the same everywhere.
double wobble(const std::string& id, int i) {
    std::uint32_t hash = 2166136261u;
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    hash = (hash ^ static_cast<std::uint32_t>(i)) * 16777619u;
    hash ^= hash >> 15;
    hash *= 2246822519u;
    return static_cast<double>(hash % 10007) / 10007.0 - 0.5;
}

std::vector<double> samples_around(const std::string& id, double value, double spread, int count) {
    std::vector<double> out;
    for (int i = 0; i < count; ++i) out.push_back(value * (1 + spread * wobble(id, i)));
    return out;
}

PointResult ok_with(const char* metric, double value) {
    PointResult result;
    result.state = PointState::ok;
    result.metrics[metric] = {value, {}, {}, 1};
    return result;
}

PointResult failed(PointState state, std::string reason) {
    PointResult result;
    result.state = state;
    result.reason = std::move(reason);
    return result;
}

// One layer of the paper's width.
void set_layer(Parameters& parameters) {
    parameters.set("batch", std::int64_t{1});
    parameters.set("heads", std::int64_t{8});
    parameters.set("width", std::int64_t{256});
    parameters.set("causal", true);
    parameters.set("dtype", std::string("float32"));
    parameters.set("lane", std::string("layer"));
    parameters.set("pass", std::string("forward"));
}

const char* all_variants =
    R"(["standard", "standard-fused", "performer", "linear", "cosformer", "yat-spherical",
        "yat-performer-anchor", "yat-performer-laplace", "yat-performer", "yat-performer-tensor",
        "yat-performer-rm", "yat-performer-nystrom"])";

const PublishedPoint* published(const PublishedData& data, const std::string& variant,
                                const Point& point, const char* metric) {
    for (const PublishedPoint& each : data.points)
        if (each.metric == metric && each.variant == variant &&
            each.parameters.text("dtype", "float32") == point.parameters.text("dtype") &&
            each.parameters.integer("length") == point.parameters.integer("length") &&
            each.parameters.text("pass", "forward") == point.parameters.text("pass"))
            return &each;
    return nullptr;
}

}  // namespace

RunRecord record_of(RunStarted started, const std::function<Outcome(const Point&)>& outcome) {
    RunRecord record;
    std::uint64_t seq = 0;
    const auto apply = [&](EventBody body) {
        record.apply({++seq, "sample-run", 0.25 * static_cast<double>(seq), std::move(body)});
    };
    const std::vector<Point> points = started.plan.points;
    apply(std::move(started));
    for (const Point& point : points) {
        Outcome out = outcome(point);
        if (out.result.state == PointState::pending) continue;
        apply(PointStarted{point.id});
        if (!out.samples.empty()) apply(SamplesTaken{point.id, "latency_ms", 0, out.samples});
        for (const auto& [metric, samples] : out.raw)
            for (const auto& [round, value] : samples)
                apply(SamplesTaken{point.id, metric, round, {value}});
        if (out.result.state != PointState::running) apply(PointFinished{point.id, out.result});
    }
    // A run with a point in flight goes on.
    if (record.count(PointState::running) == 0)
        apply(RunFinished{RunOutcome::finished, "", "2026-11-23T15:00:00Z"});
    return record;
}

RunRecord record_of(const std::string& preset_json,
                    const std::function<Outcome(const Point&)>& outcome,
                    const std::function<void(RunStarted&)>& change) {
    const Result<SweepSpec> spec = parse_spec(preset_json, "sample");
    if (!spec) throw std::runtime_error(spec.error().message);
    const Result<Plan> plan = make_plan(*spec);
    if (!plan) throw std::runtime_error(plan.error().message);

    RunStarted started;
    started.provenance = sample_provenance();
    started.plan = *plan;
    started.variants = variant_catalog();
    started.metrics = metric_table();
    if (change) change(started);
    return record_of(std::move(started), outcome);
}

RunRecord h200_record() {
    const PublishedData& data = *find_published("reference-h200-scaling");
    const std::string preset =
        std::string(R"({"schema": "slay-preset/1", "name": "h200", "title": "H200",
        "experiments": ["latency", "memory"], "sweep": {
        "lengths": [256, 1024, 4096, 8192, 16384, 32768, 65536], "batches": [1], "heads": [8],
        "widths": [256], "causal": [true], "dtypes": ["float32"], "lanes": ["layer"],
        "passes": ["forward", "forward+backward"], "seeds": [0]}, "variants": )") +
        all_variants + "}";
    return record_of(preset, [&](const Point& point) -> Outcome {
        const bool latency = point.experiment == "latency";
        const auto* found =
            published(data, point.variant, point, latency ? "latency_ms" : "peak_mb");
        if (!found)
            return {failed(PointState::out_of_memory,
                           "Not enough GPU memory for " + point.variant +
                               " at L = " + std::to_string(point.parameters.integer("length")) +
                               " (141 GB in all); larger lengths of this variant were skipped."),
                    {}};
        if (!latency) return {ok_with("peak_mb", found->value), {}};
        PointResult result;
        result.state = PointState::ok;
        return {result, samples_around(point.id, found->value, 0.03, 25)};
    });
}

RunRecord ablation_record() {
    const PublishedData& data = *find_published("paper-poly-ablation");
    const std::string preset = R"({"schema": "slay-preset/1", "name": "poly-ablation",
        "title": "Ablation", "experiments": ["kernel-quality", "latency"],
        "variants": ["yat-spherical", "yat-performer-laplace", "yat-performer-anchor",
        "yat-performer", "yat-performer-nystrom", "yat-performer-tensor", "yat-performer-rm"],
        "sweep": {"batches": [1], "heads": [8], "causal": [true], "dtypes": ["float32"],
        "lanes": ["layer"], "passes": ["forward"], "inputs": ["random"], "seeds": [0]},
        "scales": [
        {"label": "Small", "width": 128, "length": 128, "nodes": 2, "prf_features": 8, "poly_features": 8},
        {"label": "Medium", "width": 256, "length": 256, "nodes": 2, "prf_features": 16, "poly_features": 16},
        {"label": "Large", "width": 512, "length": 512, "nodes": 2, "prf_features": 32, "poly_features": 32}],
        "overrides": {"kernel-quality": {"seeds": [0, 1, 2, 3, 4]}}})";
    return record_of(preset, [&](const Point& point) -> Outcome {
        const auto value = [&](const char* metric) {
            for (const PublishedPoint& each : data.points)
                if (each.metric == metric && each.variant == point.variant &&
                    each.parameters.integer("length") == point.parameters.integer("length"))
                    return each.value;
            return 0.0;
        };
        PointResult result;
        result.state = PointState::ok;
        if (point.experiment == "latency")
            return {result, samples_around(point.id, value("latency_ms"), 0.02, 25)};
        const double error = value("relative_l2");
        result.metrics["relative_l2"] = {error, error * 0.97, error * 1.03, 5};
        result.metrics["cosine"] = {1 / (1 + error), {}, {}, 5};
        result.metrics["mse"] = {error * error * 0.01, {}, {}, 5};
        result.metrics["nonpositive_rows"] = {std::floor(std::min(error, 900.0)), {}, {}, 5};
        if (point.variant != "yat-spherical") {
            result.metrics["uniform_relative_l2"] = {0.71, 0.70, 0.72, 5};
            result.metrics["quadrature_relative_l2"] = {0.21, 0.205, 0.215, 5};
        }
        return {result, {}};
    });
}

// Planned by hand, so that its bytes change with the writers alone.
RunRecord small_record() {
    RunStarted started;
    started.provenance = sample_provenance();
    started.plan.spec.name = "small";
    started.plan.spec.experiments = {"latency", "memory"};
    for (const char* name : {"standard", "linear", "cosformer"})
        started.variants.push_back(*find_variant(name));
    started.metrics = {*find_metric("latency_ms"), *find_metric("peak_mb")};
    for (const char* experiment : {"latency", "memory"}) {
        for (const std::int64_t length : {256, 1024, 4096}) {
            for (const VariantInfo& variant : started.variants) {
                Point point;
                point.experiment = experiment;
                point.variant = variant.name;
                point.group = std::string(experiment) + std::to_string(length);
                point.id = point.group + variant.name;
                point.prediction = {1.5, 2.5, 4e4 * static_cast<double>(length)};
                point.parameters.set("length", length);
                set_layer(point.parameters);
                point.parameters.set("seed", std::int64_t{0});
                started.plan.points.push_back(std::move(point));
            }
        }
    }
    return record_of(std::move(started), [](const Point& point) -> Outcome {
        const double length = point.parameters.real("length");
        const bool standard = point.variant == "standard";
        PointResult result;
        result.state = PointState::ok;
        if (point.experiment == "memory") {
            if (standard && length > 1024)
                return {failed(PointState::out_of_memory, "Needs about 4.2 GB, 4.0 GB free."), {}};
            return {ok_with("peak_mb", standard ? length * length / 16384 : length / 64), {}};
        }
        // Medians 0.125 (L/256)^2, 0.5 L/256 and twice that, each with an interval.
        const double steps = length / 256;
        const double median = standard                    ? 0.125 * steps * steps
                              : point.variant == "linear" ? 0.5 * steps
                                                          : steps;
        std::vector<double> samples;
        for (int i = -5; i <= 5; ++i) samples.push_back(median * (1 + i / 512.0));
        if (point.variant == "cosformer" && length == 1024) result.state = PointState::unconverged;
        return {result, samples};
    });
}

namespace {

struct BudgetRow {
    const char* variant;
    std::int64_t nodes, poly;  // 0: it has none
    double latency_ms, error, peak_mb;
};
constexpr BudgetRow budget_rows[]{
    {"yat-spherical", 0, 0, 4, 1e-9, 10},
    {"yat-performer-anchor", 1, 8, 1, 0.5, 2},
    {"yat-performer-anchor", 1, 16, 2, 0.4, 3},
    {"yat-performer-anchor", 2, 8, 2.5, 0.45, 2.5},
    {"yat-performer-anchor", 2, 16, 0, 0, 0},
    {"yat-performer-laplace", 1, 0, 0.5, 0.6, 1},
    {"yat-performer-laplace", 2, 0, 0.75, 0.6, 1.5},
    {"yat-performer-laplace", 4, 0, 1.5, 0.55, 2.75},
};

Point budget_point(const BudgetRow& row) {
    Point point;
    point.experiment = "feature-budget";
    point.variant = row.variant;
    point.prediction = {1.5, 2.5, 4e7};
    point.parameters.set("length", std::int64_t{256});
    set_layer(point.parameters);
    point.parameters.set("inputs", std::string("random"));
    point.parameters.set("seeds", std::string("0,1,2"));
    point.parameters.set("epsilon", 1e-6);
    if (row.nodes > 0) point.parameters.set("nodes", row.nodes);
    if (row.nodes > 0) point.parameters.set("prf_features", std::int64_t{8});
    if (row.poly > 0) point.parameters.set("poly_features", row.poly);
    point.id =
        std::string(row.variant) + std::to_string(row.nodes) + "-" + std::to_string(row.poly);
    point.group = std::to_string(row.nodes) + "-" + std::to_string(row.poly);
    return point;
}

}  // namespace

// Planned by hand, as small_record() is.
RunRecord budget_record() {
    RunStarted started;
    started.provenance = sample_provenance();
    started.plan.spec.name = "budget";
    started.plan.spec.experiments = {"feature-budget"};
    for (const char* name : {"yat-spherical", "yat-performer-anchor", "yat-performer-laplace"})
        started.variants.push_back(*find_variant(name));
    started.metrics = {*find_metric("relative_l2"), *find_metric("latency_ms"),
                       *find_metric("peak_mb"), *find_metric("uniform_relative_l2")};
    for (const BudgetRow& row : budget_rows) started.plan.points.push_back(budget_point(row));
    std::size_t next = 0;
    return record_of(std::move(started), [&](const Point&) -> Outcome {
        const BudgetRow& row = budget_rows[next++];
        if (!(row.latency_ms > 0))
            return {failed(PointState::out_of_memory, "Needs about 4.2 GB, 4.0 GB free."), {}};
        PointResult result = ok_with("peak_mb", row.peak_mb);
        result.metrics["relative_l2"] = {row.error, row.error * 0.95, row.error * 1.05, 3};
        if (row.nodes > 0) result.metrics["uniform_relative_l2"] = {0.71, 0.70, 0.72, 3};
        std::vector<double> samples;
        for (int i = -5; i <= 5; ++i) samples.push_back(row.latency_ms * (1 + i / 512.0));
        return {result, samples};
    });
}

RunRecord context_record() {
    const std::string preset =
        std::string(R"({"schema": "slay-preset/1", "name": "context", "title": "Context",
        "experiments": ["max-context"], "sweep": {"dtypes": ["float32", "bfloat16"]},
        "measurement": {"memory_budget_gb": 80}, "variants": )") +
        all_variants + "}";
    return record_of(preset, [](const Point& point) -> Outcome {
        const VariantInfo& variant = *find_variant(point.variant);
        const double bytes = point.parameters.text("dtype") == "float32" ? 4 : 2;
        const bool scores = point.variant == "standard";
        const bool slow = variant.complexity == Complexity::quadratic && !scores;
        const auto mb = [&](double length) {
            return (1500 * bytes * length + (scores ? 16 * bytes * length * length : 0)) / 1e6;
        };
        const auto ms = [&](double length) {
            return variant.complexity == Complexity::quadratic ? 1e-7 * length * length
                                                               : 1e-3 * length;
        };
        Outcome out;
        out.result.state = PointState::ok;
        if (point.variant == "performer") {
            out.raw["fits"] = {{1024, 1}, {2048, 1}};
            out.raw["peak_absolute_mb"] = {{1024, mb(1024)}, {2048, mb(2048)}};
            out.result.state = PointState::failed;
            out.result.reason = "performer at L = 4,096 failed: CUDA error: it fell over";
            return out;
        }
        std::int64_t length = 1024;
        for (; mb(static_cast<double>(length)) <= 80000 && ms(static_cast<double>(length)) < 2e4;
             length *= 2) {
            const auto at = static_cast<double>(length);
            out.raw["fits"][length] = 1;
            out.raw["peak_absolute_mb"][length] = mb(at) * (1 + 0.01 * wobble(point.id, 1));
            out.raw["pass_ms"][length] = ms(at);
        }
        const auto longest = static_cast<double>(length / 2);
        MetricValue found{longest, longest, 1.01 * longest, 20};
        if (slow) found.high.reset();
        out.result.metrics["max_length"] = found;
        out.result.metrics["max_length_ms"].value = ms(longest);
        out.result.metrics["peak_absolute_mb"].value = mb(longest);
        out.result.metrics["limit_mb"].value = 80000;
        out.result.metrics["patience_length"].value = std::min(longest, slow ? 1e5 : 1e6);
        return out;
    });
}

RunRecord kernel_speed_record(const std::string& preset_json) {
    return record_of(preset_json, [](const Point& point) -> Outcome {
        Outcome out;
        out.result.state = PointState::ok;
        const double length = point.parameters.real("length");
        const bool softmax = point.variant == "standard-fused";
        if (point.experiment == "latency") {
            const double back = point.parameters.text("pass") == "forward" ? 1 : 3;
            const double ms = back * 1e-6 * length * (softmax ? 24 : 3);
            out.samples = samples_around(point.id, ms, 0.03, 25);
        } else if (point.experiment == "memory") {
            out.result.metrics["peak_mb"].value = softmax ? 100 : 105;
        } else {
            out.result.metrics["max_length"] = {9e6, 9e6, 9.05e6, 20};
            out.result.metrics["limit_mb"].value = 80000;
        }
        return out;
    });
}

RunRecord hostile_record() {
    const std::string bad =
        "\\input{/etc/passwd} $x^2$ & 50% #1 _{a}~<b>bold</b> [x] =cmd|' /C calc'!A0 "
        "\xe2\x9c\x93 na\xc3\xafve \xff\xfe";
    return record_of(
        R"({"schema": "slay-preset/1", "name": "hostile", "title": "Hostile",
            "experiments": ["latency", "memory", "kernel-quality"],
            "variants": ["standard", "linear", "performer", "cosformer", "yat-spherical",
            "yat-performer-anchor"],
            "sweep": {"lengths": [100, 256, 1024], "batches": [1], "heads": [8], "widths": [256],
            "causal": [true], "dtypes": ["float32", "bfloat16"], "lanes": ["layer"],
            "passes": ["forward"], "seeds": [0]}})",
        [&](const Point& point) -> Outcome {
            const std::int64_t length = point.parameters.integer("length");
            if (point.variant == "linear")
                return {failed(length == 100   ? PointState::timed_out
                               : length == 256 ? PointState::incorrect
                                               : PointState::failed,
                               "=HYPERLINK(\"http://x\") " + bad),
                        {}};
            if (point.variant == "performer")
                return {
                    failed(PointState::unsupported,
                           "averyveryveryverylongwordwithoutanyspaceatall" + std::string(120, 'x')),
                    {}};
            if (point.variant == "cosformer" && length == 1024) return {};  // never reached
            if (point.experiment == "latency") {
                PointResult result;
                result.state = length == 256 ? PointState::unconverged : PointState::ok;
                return {result,
                        samples_around(point.id, 1e-3 * static_cast<double>(length), 0.5, 9)};
            }
            if (point.experiment == "memory")
                return {ok_with("peak_mb", length == 100 ? 0 : -1.5), {}};
            PointResult result = ok_with("relative_l2", length == 100 ? 0 : 4.7e7);
            result.metrics["mse"] = {1e-9, 1e-10, 1e-8, 3};
            return {result, {}};
        },
        [&](RunStarted& started) {
            started.provenance.device_name = "GPU " + bad;
            for (VariantInfo& variant : started.variants) {
                if (variant.name == "performer") continue;
                variant.label = bad + " " + variant.name;
                variant.latex_label = "\\write18{rm -rf} " + bad;
            }
        });
}

RunRecord grid_record(const std::string& preset_json) {
    return record_of(preset_json, [](const Point& point) -> Outcome {
        const Parameters& p = point.parameters;
        const double features = std::max(1.0, p.real("nodes", 1)) *
                                std::max(1.0, p.real("prf_features", 1)) *
                                std::max(1.0, p.real("poly_features", 1));
        const bool exact = point.variant == "yat-spherical";
        const bool is_signed = point.variant.ends_with("tensor") ||
                               point.variant.ends_with("-rm") || point.variant.ends_with("nystrom");
        const double error =
            exact ? 2e-7
                  : (is_signed ? 40.0 : 0.9) / std::sqrt(1 + features / 60) *
                        (1 + 0.15 * wobble(point.variant, static_cast<int>(p.integer("length"))));
        PointResult result;
        result.state = PointState::ok;
        result.metrics["relative_l2"] = {error, error * 0.93, error * 1.07, 5};
        result.metrics["cosine"] = {1 / (1 + error), {}, {}, 5};
        result.metrics["mse"] = {error * error * 0.01, {}, {}, 5};
        if (!exact) {
            result.metrics["uniform_relative_l2"] = {0.71, 0.70, 0.72, 5};
            result.metrics["quadrature_relative_l2"] = {0.21, 0.205, 0.215, 5};
        }
        if (point.experiment == "feature-budget") {
            if (!exact) result.metrics["relative_l2"].value *= 1 + 0.12 * wobble(point.id, 2);
            const double ms = exact ? 9 : 0.4 + features * 2e-4 * (1 + 0.3 * wobble(point.id, 1));
            result.metrics["latency_ms"] = {ms, ms * 0.99, ms * 1.01, 40};
            result.metrics["peak_mb"] = {exact ? 134 : 3 + features * 0.004, {}, {}, 1};
        }
        return {result, {}};
    });
}

}  // namespace slay::testing

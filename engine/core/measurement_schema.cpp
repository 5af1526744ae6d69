#include "engine/core/measurement_schema.h"

namespace slay {
namespace {

std::vector<MeasurementField> build_fields() {
    using M = Measurement;
    std::vector<MeasurementField> fields;
    const auto row = [&](auto member, ParameterInfo info) {
        fields.push_back({member, std::move(info)});
        fields.back().info.fallback = get_field(Measurement{}, fields.back());
    };
    const auto whole = [](const char* id, const char* label, const char* help, double minimum,
                          double maximum) {
        return ParameterInfo{id,      "",      label, "", "", help, ParameterKind::integer,
                             minimum, maximum, {},    {}};
    };
    const auto real = [](const char* id, const char* label, const char* unit, const char* help,
                         double minimum, double maximum) {
        return ParameterInfo{id,      "",      label, "", unit, help, ParameterKind::real,
                             minimum, maximum, {},    {}};
    };
    row(&M::l2, {"l2",
                 "",
                 "L2 cache",
                 "",
                 "",
                 "cold: the GPU's cache is flushed between samples; hot: it is not.",
                 ParameterKind::choice,
                 0,
                 0,
                 {"cold", "hot"},
                 {}});
    row(&M::launch, {"launch",
                     "",
                     "Launch",
                     "",
                     "",
                     "eager: kernel by kernel; graph: a pass is recorded as a CUDA graph and "
                     "replayed (latency on a GPU).",
                     ParameterKind::choice,
                     0,
                     0,
                     {"eager", "graph"},
                     {}});
    row(&M::tf32, {"tf32",
                   "",
                   "TF32",
                   "",
                   "",
                   "Let float32 matrix products round to TF32 on the GPU: a lane of its own.",
                   ParameterKind::flag,
                   0,
                   1,
                   {},
                   {}});
    row(&M::warmup_iterations, whole("warmup_iterations", "Warm-up iterations",
                                     "At least so many passes before the first sample.", 0, 10000));
    row(&M::min_samples,
        whole("min_samples", "Samples at least", "Samples of a point at least.", 1, 1000000));
    row(&M::max_samples,
        whole("max_samples", "Samples at most", "Samples of a point at most.", 1, 1000000));
    row(&M::relative_interval,
        real("relative_interval", "Interval aimed at", "",
             "Sampling stops when the 95 % interval is within +- this part of the median.", 1e-6,
             1));
    row(&M::point_seconds,
        real("point_seconds", "Time per point", "s",
             "Sampling time of one point; then it is marked unconverged.", 1e-3, 86400));
    row(&M::memory_budget_gb,
        real("memory_budget_gb", "Memory budget", "GB",
             "A point that needs more is out of memory; the device's own size caps it.", 1e-3,
             1e6));
    row(&M::pass_seconds,
        real("pass_seconds", "Longest pass", "s",
             "Maximum context: a pass that is expected to take longer is not run.", 1e-3, 86400));
    row(&M::patience_seconds,
        real("patience_seconds", "Patience", "s",
             "Maximum context: the longest length whose pass takes no longer is reported too.",
             1e-3, 86400));
    row(&M::time_budget_minutes,
        real("time_budget_minutes", "Time budget", "min",
             "Of the whole run: sampling time is cut first, then the dearest points are left for a "
             "resumption; 0 sets none.",
             0, 1e6));
    row(&M::threads,
        whole("threads", "CPU threads", "Threads of the CPU; 0 takes every core.", 0, 4096));
    return fields;
}

}  // namespace

const std::vector<MeasurementField>& measurement_fields() {
    static const std::vector<MeasurementField> fields = build_fields();
    return fields;
}

const std::vector<ParameterInfo>& measurement_parameters() {
    static const std::vector<ParameterInfo> rows = [] {
        std::vector<ParameterInfo> infos;
        for (const MeasurementField& field : measurement_fields()) infos.push_back(field.info);
        return infos;
    }();
    return rows;
}

ParameterValue get_field(const Measurement& measurement, const MeasurementField& field) {
    return std::visit(
        [&](auto member) -> ParameterValue {
            if constexpr (std::is_same_v<decltype(member), int Measurement::*>)
                return std::int64_t{measurement.*member};
            else
                return measurement.*member;
        },
        field.member);
}

void set_field(Measurement& measurement, const MeasurementField& field,
               const ParameterValue& value) {
    std::visit(
        [&](auto member) {
            if constexpr (std::is_same_v<decltype(member), int Measurement::*>)
                measurement.*member = static_cast<int>(std::get<std::int64_t>(value));
            else
                measurement.*member = std::get<std::decay_t<decltype(measurement.*member)>>(value);
        },
        field.member);
}

}  // namespace slay

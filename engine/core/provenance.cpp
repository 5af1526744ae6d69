#include "engine/core/provenance.h"

#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <variant>

#include "engine/core/build_info.h"
#include "engine/core/json_codec.h"
#include "engine/core/time_stamp.h"
#include "engine/core/units.h"

namespace slay {
namespace {

struct Field {
    std::variant<std::string Provenance::*, bool Provenance::*, int Provenance::*> member;
    const char* key;
    const char* label = nullptr;  // of a field that makes the origin; else two may differ in it
};

// One row a field: JSON and the comparison of origins read it.
const std::vector<Field>& fields() {
    using P = Provenance;
    static const std::vector<Field> rows{
        {&P::program_version, "program_version", "program version"},
        {&P::git_revision, "git_revision", "git revision"},
        {&P::git_dirty, "git_dirty", "uncommitted changes"},
        {&P::build_type, "build_type", "build type"},
        {&P::compiler, "compiler", "compiler"},
        {&P::timings_meaningful, "timings_meaningful"},
        {&P::libtorch_version, "libtorch_version", "LibTorch"},
        {&P::cuda_version, "cuda_version", "CUDA"},
        {&P::driver_version, "driver_version", "driver"},
        {&P::device, "device"},
        {&P::device_name, "device_name", "device"},
        {&P::sm_count, "sm_count", "SM count"},
        {&P::clocks, "clocks"},
        {&P::cpu_model, "cpu_model", "CPU"},
        {&P::cpu_threads, "cpu_threads", "CPU threads"},
        {&P::operating_system, "operating_system"},
        {&P::host_memory, "host_memory"},
        {&P::started, "started"},
    };
    return rows;
}

std::string text_of(const Provenance& provenance, const Field& field) {
    return std::visit(
        [&](auto member) -> std::string {
            const auto& value = provenance.*member;
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>)
                return value.empty() ? "none" : value;
            else if constexpr (std::is_same_v<std::decay_t<decltype(value)>, bool>)
                return value ? "yes" : "no";
            else
                return std::to_string(value);
        },
        field.member);
}

// The value of `key` in a file of "key : value" or key="value" lines.
std::string value_in_file(const char* path, std::string_view key) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(key, 0) != 0) continue;
        const auto start = line.find_first_of(":=");
        if (start == std::string::npos) continue;
        const auto from = line.find_first_not_of(" \t\"", start + 1);
        if (from == std::string::npos) continue;
        const auto to = line.find_last_not_of(" \t\"");
        return clean_text(line.substr(from, to - from + 1), 200);
    }
    return {};
}

std::string cpu_model() {
    for (const char* key : {"model name", "Processor", "CPU part"})
        if (std::string model = value_in_file("/proc/cpuinfo", key); !model.empty()) return model;
    utsname names{};
    return uname(&names) == 0 ? names.machine : "unknown CPU";
}

std::string operating_system() {
    utsname names{};
    const std::string kernel =
        uname(&names) == 0 ? std::string(names.sysname) + ' ' + names.release : "unknown";
    const std::string pretty = value_in_file("/etc/os-release", "PRETTY_NAME");
    return pretty.empty() ? kernel : pretty + ", " + kernel;
}

std::string host_memory() {
    struct sysinfo info {};
    if (sysinfo(&info) != 0) return {};
    return format_bytes(static_cast<double>(info.totalram) * info.mem_unit);
}

}  // namespace

bool Provenance::same_origin(const Provenance& other) const {
    return origin_differences(*this, other).empty();
}

std::vector<std::string> origin_differences(const Provenance& then, const Provenance& now) {
    std::vector<std::string> differences;
    for (const Field& field : fields()) {
        if (!field.label) continue;
        const std::string before = text_of(then, field), after = text_of(now, field);
        if (before != after)
            differences.push_back(std::string(field.label) + ": " + before + ", now " + after);
    }
    return differences;
}

nlohmann::ordered_json to_json(const Provenance& provenance) {
    Json json;
    for (const Field& field : fields())
        std::visit([&](auto member) { json[field.key] = provenance.*member; }, field.member);
    return json;
}

Provenance provenance_from_json(const nlohmann::json& json) {
    Provenance provenance;
    for (const Field& field : fields())
        std::visit(
            [&](auto member_pointer) {
                auto& value = provenance.*member_pointer;
                using Value = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<Value, std::string>)
                    value = text_member(json, field.key, value);
                else if constexpr (std::is_same_v<Value, bool>)
                    value = flag_member(json, field.key, value);
                else
                    value = static_cast<int>(std::clamp<std::int64_t>(
                        integer_member(json, field.key, value), 0, 1'000'000));
            },
            field.member);
    return provenance;
}

Provenance local_provenance() {
    const BuildInfo& build = build_info();
    Provenance provenance;
    provenance.program_version = build.version;
    provenance.git_revision = build.git_revision;
    provenance.git_dirty = build.git_dirty;
    provenance.build_type = build.build_type;
    if (!build.sanitizers.empty())
        provenance.build_type += " (sanitizers: " + std::string(build.sanitizers) + ')';
    provenance.compiler = build.compiler;
    provenance.timings_meaningful =
        build.sanitizers.empty() &&
        (build.build_type == "Release" || build.build_type == "RelWithDebInfo");
    provenance.cpu_model = cpu_model();
    provenance.cpu_threads = static_cast<int>(std::thread::hardware_concurrency());
    provenance.operating_system = operating_system();
    provenance.host_memory = host_memory();
    provenance.started = utc_now();
    return provenance;
}

}  // namespace slay

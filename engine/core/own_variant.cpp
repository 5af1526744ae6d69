#include "engine/core/own_variant.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <mutex>

#include "engine/core/sha256.h"
#include "engine/core/units.h"

namespace slay {
namespace {

constexpr std::size_t longest_name = 60;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Greens, which no built-in variant has; sixteen that differ in two of colour, marker and dash.
VariantStyle style_of(std::size_t turn) {
    static constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 4> colours{
        {{0x1B7A33, 0x46C46A}, {0x5E7F0E, 0xA9CF4A}, {0x0E6B5C, 0x3FC9AE}, {0x3E5C22, 0x86B25E}}};
    static constexpr std::array<const char*, 4> markers{"star", "diamond", "plus", "square"};
    static constexpr std::array<const char*, 4> dashes{"dash-dot", "solid", "dot", "dash"};
    const std::size_t round = turn / 4;
    const auto [light, dark] = colours[turn % 4];
    return {light, dark, markers[(turn + round) % 4], dashes[(turn + 2 * round) % 4]};
}

ParameterInfo text_row(const char* id, const char* label, const char* help) {
    return {.id = id,
            .axis = "",
            .label = label,
            .symbol = "",
            .unit = "",
            .help = help,
            .kind = ParameterKind::choice,
            .minimum = 0,
            .maximum = 0,
            .choices = {},
            .fallback = std::string("unread")};
}

VariantInfo row_of(std::string_view name, std::size_t turn) {
    VariantInfo row;
    row.name = name;
    row.label = name.substr(own_prefix.size());
    for (const char c : row.label)
        row.latex_label += c == '_' ? std::string("\\_") : std::string(1, c);
    row.formula = "your own: a file with (q, k, v, causal) -> y";
    row.family = own_family;
    row.complexity = Complexity::quadratic;
    row.parameters = own_parameters();
    row.style = style_of(turn);
    return row;
}

template <typename Visit>
void for_each_choice(SweepSpec& spec, const Visit& visit) {
    for (VariantChoice& choice : spec.variants) visit(choice);
    for (auto& [experiment, override] : spec.overrides)
        for (VariantChoice& choice : override.variants) visit(choice);
}

}  // namespace

OwnFormat own_format(std::string_view path) {
    return path.ends_with(".pt2") ? OwnFormat::package : OwnFormat::torchscript;
}

std::string_view to_string(OwnFormat format) {
    return format == OwnFormat::package ? "AOTInductor package" : "TorchScript";
}

bool is_own_variant(std::string_view name) {
    if (!name.starts_with(own_prefix)) return false;
    name.remove_prefix(own_prefix.size());
    return !name.empty() && name.size() <= longest_name && is_plain(name.front()) &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return is_plain(c) || c == '-' || c == '_' || c == '.';
           });
}

const VariantInfo* own_variant(std::string_view name) {
    if (!is_own_variant(name)) return nullptr;
    static std::mutex mutex;
    static std::map<std::string, VariantInfo, std::less<>> rows;  // nodes stay where they are
    const std::lock_guard lock(mutex);
    const auto found = rows.find(name);
    if (found != rows.end()) return &found->second;
    return &rows.emplace(name, row_of(name, rows.size())).first->second;
}

const std::vector<ParameterInfo>& own_parameters() {
    static const std::vector<ParameterInfo> parameters = [] {
        std::vector<ParameterInfo> list{
            text_row("file", "File", "The TorchScript file or AOTInductor package."),
            text_row("sha256", "SHA-256", "Of the file that is measured."),
            text_row("complexity", "Complexity",
                     "Of its time and memory in L, for predictions: linear or quadratic.")};
        list.back().choices = {"quadratic", "linear"};
        list.back().fallback = std::string("quadratic");
        return list;
    }();
    return parameters;
}

std::string own_name_of(std::string_view path) {
    std::string name = std::filesystem::path(path).stem().string().substr(0, longest_name);
    for (char& c : name)
        if (!is_plain(c) && c != '-' && c != '_' && c != '.') c = '-';
    const auto first = std::find_if(name.begin(), name.end(), is_plain);
    name.erase(name.begin(), first);
    return std::string(own_prefix) + (name.empty() ? "file" : name);
}

OwnFile own_file_of(const std::string& variant, const Parameters& parameters) {
    const std::string hash = parameters.text("sha256");
    return {variant, parameters.text("file"), is_sha256(hash) ? hash : std::string()};
}

std::vector<OwnFile> own_files(const SweepSpec& spec) {
    std::vector<OwnFile> files;
    SweepSpec copy = spec;
    for_each_choice(copy, [&](const VariantChoice& choice) {
        if (!is_own_variant(choice.name)) return;
        const OwnFile file = own_file_of(choice.name, choice.fixed);
        if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
    });
    return files;
}

SweepSpec with_absolute_files(SweepSpec spec, const std::string& folder) {
    for_each_choice(spec, [&](VariantChoice& choice) {
        if (!is_own_variant(choice.name)) return;
        std::error_code error;
        const std::filesystem::path path = choice.fixed.text("file");
        const auto whole = std::filesystem::absolute(folder / path, error);
        if (!error && !path.empty()) choice.fixed.set("file", whole.lexically_normal().string());
    });
    return spec;
}

Result<SweepSpec> with_file_hashes(SweepSpec spec) {
    std::map<std::string, std::string> known;
    Status status = done();
    for_each_choice(spec, [&](VariantChoice& choice) {
        if (!status || !is_own_variant(choice.name)) return;
        const OwnFile file = own_file_of(choice.name, choice.fixed);
        auto hash = known.find(file.path);
        if (hash == known.end()) {
            auto made = sha256_of_file(file.path);
            if (!made) {
                status = Error{made.error().kind, choice.name + ": " + made.error().message};
                return;
            }
            hash = known.emplace(file.path, std::move(*made)).first;
        }
        if (!file.sha256.empty() && file.sha256 != hash->second) {
            status = Error{ErrorKind::bad_data,
                           clean_text(file.path) + ": its SHA-256 is " + hash->second +
                               "; the preset names " + file.sha256 +
                               ": put that file back, or take the hash out of the preset"};
            return;
        }
        choice.fixed.set("sha256", hash->second);
    });
    if (!status) return status.error();
    return spec;
}

}  // namespace slay

// An attention of the user's own: a file named in a preset, which becomes a row like any other.
//
//   "variants": ["standard-fused", {"file": "windowed.pt"},
//                {"name": "own:mine", "file": "/models/mine.pt2", "complexity": "linear"}]
//
// Its name is "own:" and the file's stem, unless the preset gives another. File, hash and complexity
// are parameters of the variant: they stand in the plan, in every point of it and in the results, so
// that a worker needs nothing else and a record says which bytes were measured.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/core/sweep_spec.h"
#include "engine/core/variant_info.h"

namespace slay {

inline constexpr std::string_view own_prefix = "own:";

// The family of such variants; of no built-in one, so that lists of families need not know it.
inline constexpr Family own_family{4};

enum class OwnFormat { torchscript, package };  // torch::jit, AOTInductor (".pt2")
OwnFormat own_format(std::string_view path);
std::string_view to_string(OwnFormat format);  // "TorchScript", "AOTInductor package"

// Whether it is the name of such a variant: "own:" and a word of letters, digits, - _ and . that
// begins with a letter or a digit.
bool is_own_variant(std::string_view name);

// The row of that name; null where it is none. Made once, and never moved afterwards. Its style is
// the next in turn, so that no two look alike; a record keeps it.
const VariantInfo* own_variant(std::string_view name);

// file, sha256 and complexity.
const std::vector<ParameterInfo>& own_parameters();

// "own:windowed" for "/some/where/windowed.pt"; characters that a name cannot have become dashes.
std::string own_name_of(std::string_view path);

// What such a variant stands for.
struct OwnFile {
    std::string variant;
    std::string path;
    std::string sha256;  // empty in a preset that does not state it
    bool operator==(const OwnFile&) const = default;
};
OwnFile own_file_of(const std::string& variant, const Parameters& parameters);

// Every file that a spec names, overrides included, each once.
std::vector<OwnFile> own_files(const SweepSpec& spec);

// Relative paths are those seen from the preset's folder.
SweepSpec with_absolute_files(SweepSpec spec, const std::string& folder);

// The spec with the hash of every file. Errors: a file cannot be read, or is not the one whose hash
// the spec states already.
Result<SweepSpec> with_file_hashes(SweepSpec spec);

}  // namespace slay

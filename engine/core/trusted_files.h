// Which files with somebody's code may run here: asked once for each file and hash, and remembered
// in the user's data folder.
#pragma once

#include <string>
#include <vector>

#include "engine/core/own_variant.h"

namespace slay {

// $XDG_DATA_HOME/slay-workbench/trusted-files.json, or ~/.local/share/...
Result<std::string> trusted_files_path();

// Whether this path with these bytes was allowed before. A damaged store allows nothing.
bool is_trusted(const OwnFile& file);

// Remembers it. Errors: the store cannot be written.
Status trust_file(const OwnFile& file);

// The files, hashed, that nobody allowed yet: neither in the store nor by a hash in `allowed`.
std::vector<OwnFile> untrusted_files(const SweepSpec& hashed,
                                     const std::vector<std::string>& allowed);

}  // namespace slay

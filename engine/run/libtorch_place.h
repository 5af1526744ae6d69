// Where LibTorch is for this process: what an installed program finds at run time, because its
// engine can name no folder of the user's when it is built.
#pragma once

#include <string>
#include <vector>

#include "engine/core/result.h"

namespace slay {

// The pinned LibTorch; packaging/lib/libtorch.sh fetches it into a folder of that name.
inline constexpr const char* pinned_libtorch = "libtorch-2.11.0-cu130";

// ${XDG_CACHE_HOME:-~/.cache}/slay-workbench/libtorch-2.11.0-cu130; empty where there is no home.
std::string fetched_libtorch_folder();

// Folders that may hold a LibTorch (lib/libtorch.so, or in torch/ or libtorch/ below), in order:
// $SLAY_LIBTORCH alone where it is set; else the preferred one, the fetched one, and
// ../lib/slay-workbench/libtorch beside the program.
std::vector<std::string> libtorch_candidates();

// The lib folder of the first of them that holds one whole; an error says where was looked and what
// to do. A fetch that was cut short does not count.
Result<std::string> find_libtorch();

// Loads its libraries, so that an engine that needs them by name finds them in this process. They
// stay loaded. no_input: find_libtorch's error, or what the loader said.
Status preload_libtorch();

// packaging/libtorch/fetch-libtorch of the installed program or of the source tree, by which
// LibTorch is fetched; no_input where it is not there.
Result<std::string> libtorch_fetcher();

}  // namespace slay

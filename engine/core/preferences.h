// What the user prefers on this machine, for window and command line alike: one small JSON file
// that every process of the program reads when it needs it, workers included.
#pragma once

#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace slay {

struct Preferences {
    static constexpr int usual_nvml_milliseconds = 50;

    std::string device;  // what a preset's "auto" means: "cpu", "cuda:1"; empty: the first GPU
    std::string output_folder;  // new runs go into it; empty: ~/.local/share/slay-workbench/runs
    int threads = 0;            // CPU threads where a preset names none (0); 0: every core
    // Least time between two readings of GPU clocks and power; 0: they are not read.
    int nvml_milliseconds = usual_nvml_milliseconds;
    std::string latex;     // pdflatex, by its path; empty: the one in PATH
    std::string libtorch;  // the folder of a LibTorch to use; empty: the fetched one
    bool operator==(const Preferences&) const = default;
};

// ${XDG_CONFIG_HOME:-~/.config}/slay-workbench/preferences.json; empty where there is no home.
std::string preferences_file();

// bad_data names the pointer of what is wrong; keys that are not known are passed over.
Result<Preferences> parse_preferences(std::string_view text, const std::string& source);
std::string to_text(const Preferences& preferences);

// With one of them changed: "threads=4", "device=" for the usual. usage where the word is none of
// that form or names an unknown key, bad_data where the value cannot be.
Result<Preferences> with_change(const Preferences& preferences, std::string_view word);

// The file as it is now. Without one, or with a damaged one, what is usual holds; `problem`, where
// it is given, says what was wrong with the file.
Preferences read_preferences(std::string* problem = nullptr);

// Makes the folder and replaces the file at once.
Status write_preferences(const Preferences& preferences);

// pdflatex: $SLAY_PDFLATEX, else the preferred one, else the first in PATH; empty where there is
// none.
std::string latex_program();

}  // namespace slay

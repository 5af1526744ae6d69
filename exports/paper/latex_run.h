// pdflatex as a child process.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/core/result.h"

namespace slay {

// The program: SLAY_PDFLATEX where it is set, else the preferred one, else pdflatex on PATH; empty
// where there is none.
std::optional<std::string> find_pdflatex();

// What to do where there is none, for people.
std::string no_pdflatex_text();

struct LatexRun {
    std::string folder;    // where the source and what it takes in lie
    std::string source;    // "report.tex"
    int passes = 2;        // references are right in the second
    double seconds = 120;  // for all passes
    std::stop_token stop = {};
    std::string program = {};  // empty: find_pdflatex()
};

// The bytes of the PDF. Nothing is written into the folder, no shell is started and no file outside
// is written. Errors: no pdflatex, LaTeX's first message with its line, out of time, cancelled.
// Blocks; on any thread. `too_wide` takes what sticks out of its box in the last pass, a line of
// the log each: "Overfull \hbox (21.2pt too wide) in paragraph at lines 20--55".
Result<std::string> compile_latex(const LatexRun& run,
                                  std::vector<std::string>* too_wide = nullptr);

// The same of a document that takes nothing in.
Result<std::string> compile_text(const std::string& document, int passes = 1,
                                 std::stop_token stop = {});

}  // namespace slay

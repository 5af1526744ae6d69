// Figures that no run stands behind, as files: the same renderers, sizes and faces as an export for
// a paper.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exports/export_run.h"
#include "exports/figure_data.h"
#include "exports/paper/paper_check.h"
#include "exports/paper/paper_choice.h"

namespace slay {

// What a view can become: "pdf", "svg", "png", "pgfplots", "csv"; and the ending of each file.
const std::vector<std::string>& view_formats();
std::string_view view_ending(std::string_view format);  // ".tex" of "pgfplots"; "" of none

// The bytes of one file, at the size and in the face of `choice`. Errors: another format; PDF, SVG
// and PNG where the program was built without Qt. Thread and application as for export_all().
Result<std::string> view_file(const FigureData& figure, std::string_view format,
                              const PaperChoice& choice);

struct ExportedViews {
    std::vector<std::string> files;  // relative to the folder
    PaperCheck check;                // of the PDF files, where poppler is there
};

// For each figure and each of `choice.formats` that a view can become: figures/ID.pdf, .svg, .png,
// .tex, and data/ID.csv. The same figures give the same bytes.
Result<ExportedViews> export_views(const std::vector<FigureData>& figures,
                                   const PaperChoice& choice, const std::string& folder);

}  // namespace slay

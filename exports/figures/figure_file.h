// Figures as files: vector PDF of a fixed size in inches, SVG, PNG. All of it on the GUI thread (a
// hidden QCustomPlot is drawn, which is a widget), some 10 ms a figure; needs a QApplication, of
// any platform plugin ("offscreen" will do).
#pragma once

#include <string>
#include <vector>

#include "engine/core/result.h"
#include "exports/export_run.h"
#include "exports/figure_data.h"
#include "exports/figures/figure_theme.h"

namespace slay {

// `created`: ISO 8601 in UTC, written as the file's date so that the same record gives the same
// bytes; empty: no date.
Result<std::string> figure_pdf(const FigureData& data, const PaperFormat& format,
                               const std::string& created = {});
Status write_figure_pdf(const FigureData& data, const PaperFormat& format, const std::string& path,
                        const std::string& created = {});
Result<std::string> figure_svg(const FigureData& data, const PaperFormat& format);
Result<std::string> figure_png(const FigureData& data, const PaperFormat& format,
                               int dots_per_inch = 300);
Status write_figure_svg(const FigureData& data, const PaperFormat& format, const std::string& path);
Status write_figure_png(const FigureData& data, const PaperFormat& format, const std::string& path,
                        int dots_per_inch = 300);

// Where the legend stands in such a file: below, where there is no place for it inside the axes.
Result<LegendPlace> legend_place_of(const FigureData& data, const PaperFormat& format);

// One job for each panel of each figure whose experiment is in the record.
std::vector<ExportJob> figure_jobs(const RunRecord& record, const PaperFormat& format = {});

}  // namespace slay

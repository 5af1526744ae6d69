#include "exports/explore/export_views.h"

#include "exports/check/pdf_check.h"
#include "exports/figure_csv.h"
#include "exports/figures/figure_file.h"
#include "exports/figures/offscreen_application.h"
#include "exports/figures/paper_figures.h"
#include "exports/paper/pgfplots.h"

namespace slay {

Result<std::string> view_file(const FigureData& figure, std::string_view format,
                              const PaperChoice& choice) {
    if (format == "csv") return figure_csv(figure);
    if (format == "pgfplots") return pgfplots_file(figure, choice, "SLAY Workbench, explorer");
    if (const Status status = ensure_application(); !status) return status.error();
    const auto paper = paper_format(choice);
    if (!paper) return paper.error();
    if (format == "pdf") return figure_pdf(figure, *paper);
    if (format == "svg") return figure_svg(figure, *paper);
    if (format == "png") return figure_png(figure, *paper, choice.dots_per_inch);
    return Error{ErrorKind::usage, "'" + std::string(format) +
                                       "' is no form of a view: pdf, svg, png, pgfplots or csv"};
}

Result<ExportedViews> export_views(const std::vector<FigureData>& figures,
                                   const PaperChoice& choice, const std::string& folder) {
    ExportedViews out;
    for (const FigureData& figure : figures)
        for (const std::string& format : view_formats()) {
            if (!choice.wants(format)) continue;
            const std::string path = (format == "csv" ? "data/" : "figures/") + figure.id +
                                     std::string(view_ending(format));
            const Result<std::string> bytes = view_file(figure, format, choice);
            if (!bytes) return bytes.error();
            if (format == "pdf" && can_read_pdf())
                out.check.files.push_back(check_pdf(path, *bytes, figure_rule(choice), &figure));
            if (const Status written = write_export(folder, path, *bytes); !written)
                return written.error();
            out.files.push_back(path);
        }
    return out;
}

}  // namespace slay

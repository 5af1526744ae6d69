#include "exports/explore/export_views.h"

#include "exports/figure_csv.h"
#include "exports/paper/pgfplots.h"

namespace slay {

Result<std::string> view_file(const FigureData& figure, std::string_view format,
                              const PaperChoice& choice) {
    if (format == "csv") return figure_csv(figure);
    if (format == "pgfplots") return pgfplots_file(figure, choice, "SLAY Workbench, explorer");
    return Error{ErrorKind::usage, "'" + std::string(format) +
                                       "': this program was built without Qt; a view becomes "
                                       "pgfplots or csv"};
}

Result<ExportedViews> export_views(const std::vector<FigureData>& figures,
                                   const PaperChoice& choice, const std::string& folder) {
    ExportedViews out;
    for (const FigureData& figure : figures)
        for (const char* format : {"pgfplots", "csv"}) {
            if (!choice.wants(format)) continue;
            const bool data = std::string_view(format) == "csv";
            const std::string path =
                (data ? "data/" : "figures/") + figure.id + std::string(view_ending(format));
            const Result<std::string> bytes = view_file(figure, format, choice);
            if (!bytes) return bytes.error();
            if (const Status written = write_export(folder, path, *bytes); !written)
                return written.error();
            out.files.push_back(path);
        }
    return out;
}

}  // namespace slay

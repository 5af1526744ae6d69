#include "exports/explore/export_views.h"

#include "exports/figure_csv.h"
#include "exports/figures/figure_file.h"
#include "exports/figures/offscreen_application.h"

namespace slay {

Result<std::vector<std::string>> export_views(const std::vector<FigureData>& figures,
                                              const std::string& folder) {
    if (const Status status = ensure_application(); !status) return status.error();
    std::vector<std::string> files;
    const PaperFormat format;
    for (const FigureData& figure : figures) {
        const std::string stem = folder + "/figures/" + figure.id;
        const auto write = [&](const char* ending, const Status& written) {
            if (written) files.push_back("figures/" + figure.id + ending);
            return written;
        };
        if (const Status done = write(".pdf", write_figure_pdf(figure, format, stem + ".pdf"));
            !done)
            return done.error();
        if (const Status done = write(".svg", write_figure_svg(figure, format, stem + ".svg"));
            !done)
            return done.error();
        if (const Status done = write(".png", write_figure_png(figure, format, stem + ".png"));
            !done)
            return done.error();
        const std::string path = "data/" + figure.id + ".csv";
        if (const Status done = write_export(folder, path, figure_csv(figure)); !done)
            return done.error();
        files.push_back(path);
    }
    return files;
}

}  // namespace slay

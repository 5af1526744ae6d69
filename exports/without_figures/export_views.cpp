#include "exports/explore/export_views.h"

#include "exports/figure_csv.h"

namespace slay {

Result<std::vector<std::string>> export_views(const std::vector<FigureData>& figures,
                                              const std::string& folder) {
    std::vector<std::string> files;
    for (const FigureData& figure : figures) {
        const std::string path = "data/" + figure.id + ".csv";
        if (const Status written = write_export(folder, path, figure_csv(figure)); !written)
            return written.error();
        files.push_back(path);
    }
    return files;
}

}  // namespace slay

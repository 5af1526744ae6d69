#include "exports/figures/paper_figures.h"

#include <algorithm>

#include "exports/figures/figure_file.h"

namespace slay {

Result<PaperFormat> paper_format(const PaperChoice& choice) {
    PaperFormat format;
    format.width_inches = choice.figure_width();
    format.height_inches = choice.figure_height();
    format.legend = choice.legend;
    format.title = choice.title;
    const PaperFace& face = choice.typeface();
    format.family = installed_family(face);
    if (format.family.isEmpty())
        return Error{ErrorKind::no_input, face.label +
                                              ": none of its faces is installed; install " +
                                              face.package + " or choose another one"};
    return format;
}

Result<std::string> paper_figure_pdf(const PaperPlan& plan, const FigureData& data) {
    const auto format = paper_format(plan.sized(data));
    if (!format) return format.error();
    return figure_pdf(data, *format, plan.date());
}

std::string legend_note(const PaperPlan& plan, const FigureData& data) {
    const auto format = paper_format(plan.sized(data));
    if (!format || format->legend != LegendPlace::inside) return {};
    const auto place = legend_place_of(data, *format);
    if (!place || *place == LegendPlace::inside) return {};
    return "there is no place inside the axes for the legend, so it stands below them";
}

PageRule figure_rule(const PaperChoice& sized) {
    return {sized.figure_width(), sized.figure_height(), sized.page().least_points, 0};
}

std::vector<ExportJob> paper_figure_jobs(const std::shared_ptr<const PaperPlan>& plan,
                                         const std::shared_ptr<PaperOutcome>& outcome) {
    std::vector<ExportJob> jobs;
    const PaperChoice& choice = plan->choice();
    const auto add = [&](const FigureItem& item, const char* ending, auto make) {
        const std::string path = item.stem + ending;
        jobs.push_back(
            {path, true, [plan, outcome, item, path, make](const std::string& folder) -> Status {
                 const auto figure = std::make_shared<const FigureData>(plan->figure(item));
                 const FigureData& data = *figure;
                 const PaperChoice sized = plan->sized(data);
                 const auto format = paper_format(sized);
                 if (!format) return format.error();
                 if (const std::string note = legend_note(*plan, data); !note.empty()) {
                     auto& notes = outcome->notes;
                     const std::string text = item.stem + ": " + note;  // once for all its files
                     if (std::find(notes.begin(), notes.end(), text) == notes.end())
                         notes.push_back(text);
                 }
                 const Result<std::string> bytes = make(data, *format);
                 if (!bytes) return bytes.error();
                 if (path.ends_with(".pdf"))
                     outcome->pdfs.push_back({path, *bytes, figure_rule(sized), figure});
                 return write_export(folder, path, *bytes);
             }});
    };
    for (const FigureItem& item : plan->figures()) {
        if (choice.wants("pdf") || choice.report)
            add(item, ".pdf", [plan](const FigureData& data, const PaperFormat& format) {
                return figure_pdf(data, format, plan->date());
            });
        if (choice.wants("svg"))
            add(item, ".svg", [](const FigureData& data, const PaperFormat& format) {
                return figure_svg(data, format);
            });
        if (choice.wants("png"))
            add(item, ".png",
                [dots = choice.dots_per_inch](const FigureData& data, const PaperFormat& format) {
                    return figure_png(data, format, dots);
                });
    }
    return jobs;
}

}  // namespace slay

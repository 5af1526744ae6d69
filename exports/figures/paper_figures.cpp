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

namespace {

// Once for each figure whose legend does not stand inside the axes, as it was asked to.
void tell_legend(const FigureItem& item, const FigureData& data, const PaperFormat& format,
                 PaperOutcome& outcome) {
    if (format.legend != LegendPlace::inside) return;
    const std::string note =
        item.stem + ": there is no place inside the axes for the legend, so it stands below them";
    if (std::find(outcome.notes.begin(), outcome.notes.end(), note) != outcome.notes.end()) return;
    const auto place = legend_place_of(data, format);
    if (place && *place != LegendPlace::inside) outcome.notes.push_back(note);
}

}  // namespace

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
                 tell_legend(item, data, *format, *outcome);
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

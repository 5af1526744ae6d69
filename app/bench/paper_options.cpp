#include "app/bench/paper_options.h"

#include <fmt/format.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <fstream>
#include <sstream>

#include "engine/core/units.h"
#include "exports/paper/palette.h"

namespace slay::bench {
namespace {

template <typename Rows>
std::string ids_of(const Rows& rows) {
    std::string out;
    for (const auto& row : rows) out += (out.empty() ? "" : ", ") + row.id;
    return out;
}

Result<std::optional<bool>> scale_of(const char* option, const std::string& word) {
    if (word.empty()) return std::optional<bool>();
    if (word == "log" || word == "linear") return std::optional<bool>(word == "log");
    return Error{ErrorKind::usage,
                 fmt::format("{} {}: expected log or linear", option, clean_text(word, 40))};
}

Result<PaperChoice> read_settings(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return Error{ErrorKind::no_input, path + ": cannot be read"};
    return parse_choice(text.str(), path);
}

}  // namespace

void PaperOptions::add_to(CLI::App& options) {
    constexpr const char* group = "For a paper";
    const auto add = [&](CLI::Option* option) { all_.push_back(option->group(group)); };
    add(options.add_option("--venue", venue_, "Page and type of a venue: " + ids_of(venues()))
            ->type_name("NAME"));
    add(options.add_option("--width", width_, "Figures of one column, or across the text")
            ->type_name("column|text"));
    add(options.add_option("--height", height_, "Height of figures; else after their width")
            ->type_name("INCHES"));
    add(options.add_option("--face", face_, "Type of figures and report: " + ids_of(paper_faces()))
            ->type_name("NAME"));
    add(options.add_option("--palette", palette_, "Colours of curves: " + ids_of(palettes()))
            ->type_name("NAME"));
    add(options.add_option("--variants", variants_, "Only these variants")
            ->delimiter(',')
            ->type_name("NAME,..."));
    add(options.add_option("--x-scale", x_scale_, "The x axis of figures, else each one's own")
            ->type_name("log|linear"));
    add(options.add_option("--y-scale", y_scale_, "The y axis")->type_name("log|linear"));
    add(options.add_option("--legend", legend_, "Where the legend is")
            ->type_name("below|above|right|inside|none"));
    add(options.add_flag("--title", title_, "A title in each figure"));
    add(options
            .add_option("--formats", formats_,
                        "Of figures: pdf, svg, png, pgfplots; of tables: tex, csv, md; or none")
            ->delimiter(',')
            ->type_name("NAME,..."));
    add(options.add_option("--dpi", dpi_, "Of PNG files; 300 by default")->type_name("DOTS"));
    add(options.add_option("--only", only_, "Only these, as figures/latency_scaling")
            ->delimiter(',')
            ->type_name("STEM,..."));
    add(options.add_flag("--report", report_,
                         "report.tex with everything, report.pdf where pdflatex is installed, "
                         "reproduce.sh"));
    add(options.add_option("--settings", settings_, "An export.json of such choices; options win")
            ->type_name("FILE"));
    add(options.add_flag("--check", check_,
                         "Exit with 3 where a PDF fails the check of a venue: fonts embedded, no "
                         "Type 3, size, text of 6 pt, readable in grey"));
}

bool PaperOptions::given() const {
    return std::any_of(all_.begin(), all_.end(),
                       [](const CLI::Option* option) { return option->count() > 0; });
}

Result<PaperChoice> PaperOptions::choice() const {
    PaperChoice choice;
    if (!settings_.empty()) {
        auto read = read_settings(settings_);
        if (!read) return read.error();
        choice = std::move(read).value();
    }
    if (!venue_.empty()) choice.venue = venue_;
    if (!width_.empty()) {
        if (width_ != "column" && width_ != "text")
            return Error{ErrorKind::usage,
                         "--width " + clean_text(width_, 40) + ": expected column or text"};
        choice.text_wide = width_ == "text";
    }
    if (height_ != 0) choice.height_inches = height_;
    if (!face_.empty()) choice.face = face_;
    if (!palette_.empty()) choice.palette = palette_;
    if (!variants_.empty()) choice.variants = variants_;
    const auto x = scale_of("--x-scale", x_scale_), y = scale_of("--y-scale", y_scale_);
    if (!x) return x.error();
    if (!y) return y.error();
    if (*x) choice.log_x = *x;
    if (*y) choice.log_y = *y;
    if (!legend_.empty()) {
        const auto place = legend_place(legend_);
        if (!place)
            return Error{ErrorKind::usage, "--legend " + clean_text(legend_, 40) +
                                               ": expected below, above, right, inside or none"};
        choice.legend = *place;
    }
    choice.title = choice.title || title_;
    choice.report = choice.report || report_;
    if (!formats_.empty()) choice.formats = formats_;
    if (formats_ == std::vector<std::string>{"none"}) choice.formats.clear();
    if (dpi_ != 300) choice.dots_per_inch = dpi_;
    if (!only_.empty()) choice.only = only_;
    if (const Status status = check_choice(choice); !status) return status.error();
    return choice;
}

}  // namespace slay::bench

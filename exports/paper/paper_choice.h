// What the export for a paper is asked to make: the dialog's form, the options of `slay-bench
// export`, and a JSON file ("slay-export/1") are three ways to write the same value.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "exports/paper/venue.h"

namespace slay {

// `inside`: in the axes where nothing is drawn; below them where there is no such place.
enum class LegendPlace { below, above, right, inside, none };

// A kind of file that a figure or a table can become.
struct PaperFileKind {
    std::string id;      // "pgfplots"
    std::string ending;  // ".tex"
    bool figure = true;  // else of a table
    std::string label;   // "pgfplots source (.tex)"
};
const std::vector<PaperFileKind>& paper_file_kinds();
const PaperFileKind* find_file_kind(std::string_view id);

struct PaperChoice {
    std::string venue = "icml";
    bool text_wide = false;             // figures across the whole text, not one column
    double height_inches = 0;           // of a figure; 0: after its width
    std::string face;                   // PaperFace::id; empty: the venue's
    std::string palette = "variants";   // Palette::id
    std::vector<std::string> variants;  // names; empty: all of the run
    std::optional<bool> log_x, log_y;   // instead of each figure's own
    LegendPlace legend = LegendPlace::below;
    bool title = false;  // in the figure; papers have a caption instead
    std::vector<std::string> formats = {"pdf", "pgfplots", "tex", "csv"};
    int dots_per_inch = 300;        // of PNG
    std::vector<std::string> only;  // stems, "figures/latency_scaling"; empty: all
    bool report = false;            // report.tex, report.pdf and reproduce.sh
    bool operator==(const PaperChoice&) const = default;

    bool wants(std::string_view format) const;  // whether `formats` has it
    bool wants_item(std::string_view stem) const;
    const Venue& page() const;          // of `venue`, which is valid
    const PaperFace& typeface() const;  // of `face` or of the venue
    double figure_width() const;        // inches
    double figure_height() const;       // inches
};

// What is wrong with a choice, in words that name the ones there are; done() where nothing is.
// The record decides whether variants and items are there (paper_plan).
Status check_choice(const PaperChoice& choice);

std::string_view to_string(LegendPlace place);
std::optional<LegendPlace> legend_place(std::string_view text);

nlohmann::ordered_json to_json(const PaperChoice& choice);
// Missing fields keep their default; errors name the field. The result passes check_choice().
Result<PaperChoice> parse_choice(std::string_view json, const std::string& name);

// The options of `slay-bench export` that ask for the same, what is the default left out. Each is
// one word of a shell, not quoted.
std::vector<std::string> to_words(const PaperChoice& choice);

// A word as a POSIX shell reads it: quoted where needed.
std::string shell_quote(std::string_view word);

}  // namespace slay

#include "exports/paper/pgfplots.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/units.h"
#include "exports/latex_text.h"
#include "exports/paper/paper_sizes.h"
#include "exports/paper/pgfplots_axis.h"
#include "exports/paper/pgfplots_curves.h"
#include "exports/paper/pgfplots_map.h"

namespace slay {
namespace {

// One line of a comment, whatever it holds.
std::string comment_line(const std::string& text) {
    std::string line;
    for (const char c : clean_text(text, 300)) line += c == '\n' || c == '\r' ? ' ' : c;
    return "% " + line + "\n";
}

// Loads what is needed where the file stands alone, and leaves the rest of it as it is in the body
// of a document.
std::string frame_begin(const PaperChoice& choice) {
    return "\\let\\slayfinish\\relax\n"
           "\\expandafter\\ifx\\csname @nodocument\\endcsname\\relax\\else\n"
           "  \\documentclass[10pt]{article}\n  " +
           choice.typeface().latex +
           "\n"
           "  \\usepackage{pgfplots}\n"
           "  \\pgfplotsset{compat=1.16}\n"
           "  \\pdfhorigin=0pt \\pdfvorigin=0pt\n"
           "  \\pdfinfoomitdate=1 \\pdftrailerid{}\n"
           "  \\begin{document}\n"
           "  \\def\\slayfinish{%\n"
           "    \\pdfpagewidth=\\wd\\slayfigure \\pdfpageheight=\\ht\\slayfigure\n"
           "    \\shipout\\box\\slayfigure\n"
           "    \\end{document}}\n"
           "\\fi\n"
           "\\ifdefined\\slayfigure\\else\n"
           "  \\newsavebox\\slayfigure \\newsavebox\\slayaxis \\newsavebox\\slaylegend\n"
           "  \\newdimen\\slaywidth \\newdimen\\slayheight\n"
           "  \\newdimen\\slayroomx \\newdimen\\slayroomy\n"
           "\\fi\n";
}

// The axes take what room the legend leaves. Their labels are as large at any size, so that the
// second setting meets the width and height that the first one missed.
std::string fit(const PaperChoice& choice, LegendPlace place) {
    const bool beside = place == LegendPlace::right;
    const bool stacked = place == LegendPlace::below || place == LegendPlace::above;
    std::string out = fmt::format(
        "\\slayroomx={:g}in \\slayroomy={:g}in\n"
        "\\slaywidth=\\slayroomx \\slayheight=0.75\\slayroomy\n"
        "\\sbox\\slayaxis{{\\slaydraw}}%\n",
        choice.figure_width(), choice.figure_height());
    if (beside || stacked) out += "\\sbox\\slaylegend{\\pgfplotslegendfromname{slaylegend}}%\n";
    if (beside) out += "\\advance\\slayroomx-\\wd\\slaylegend \\advance\\slayroomx-6pt\n";
    if (stacked)
        out +=
            "\\advance\\slayroomy-\\ht\\slaylegend \\advance\\slayroomy-\\dp\\slaylegend\n"
            "\\advance\\slayroomy-4pt\n";
    const std::string again =
        "\\advance\\slaywidth\\slayroomx \\advance\\slaywidth-\\wd\\slayaxis\n"
        "\\advance\\slayheight\\slayroomy \\advance\\slayheight-\\ht\\slayaxis\n"
        "\\advance\\slayheight-\\dp\\slayaxis\n"
        "\\sbox\\slayaxis{\\slaydraw}%\n";
    out += again;
    // Once more where the ticks have changed with the size.
    for (const char* over :
         {"\\wd\\slayaxis-\\slayroomx", "\\ht\\slayaxis+\\dp\\slayaxis-\\slayroomy"})
        out += fmt::format("\\ifdim\\dimexpr {}\\relax>0.3pt\n{}\\fi\n", over, again);
    const std::string axes = "\\hbox to\\slaywidth{\\hss\\usebox\\slayaxis\\hss}";
    const std::string legend = "\\hbox to\\slaywidth{\\hss\\usebox\\slaylegend\\hss}";
    std::string body = axes;
    if (beside)
        body =
            "\\hbox to\\slaywidth{\\usebox\\slayaxis\\hss"
            "\\vbox to\\slayheight{\\vss\\hbox{\\usebox\\slaylegend}\\vss}}";
    if (place == LegendPlace::below) body = axes + "\\vss" + legend;
    if (place == LegendPlace::above) body = legend + "\\vss" + axes;
    return out +
           fmt::format("\\slaywidth={:g}in \\slayheight={:g}in\n", choice.figure_width(),
                       choice.figure_height()) +
           "\\global\\setbox\\slayfigure\\vbox "
           "to\\slayheight{\\offinterlineskip\\hsize=\\slaywidth "
           "\\parindent=0pt\n" +
           body + "}%\n";
}

}  // namespace

std::string pgfplots_file(const FigureData& data, const PaperChoice& choice,
                          const std::string& about) {
    const PaperSizes sizes;
    std::string out = comment_line(about);
    out += comment_line(data.title + (data.subtitle.empty() ? "" : ": " + data.subtitle));
    out +=
        "% Compiles alone with pdflatex. In a paper: \\usepackage{pgfplots} in its preamble, and "
        "\\input this file\n"
        "% where the figure stands.\n";
    const PgfLegend legend = pgf_legend_place(data, choice, sizes);
    if (legend.place != choice.legend)
        out += "% There is no room for the legend inside the axes: it stands below them.\n";
    out += frame_begin(choice);
    out += "\\begingroup\n";
    out += pgf_colours(data);
    out += "\\def\\slaydraw{%\n\\begin{tikzpicture}\n\\begin{axis}[\n";
    out += pgf_axis_options(data, choice, sizes, legend);
    if (data.map) out += pgf_map_options(*data.map, sizes);
    out += "]\n";
    if (data.map) out += pgf_map(*data.map);
    out += pgf_curves(data, sizes);
    out += pgf_marks(data, choice, sizes, legend);
    if (legend.place != LegendPlace::none) out += pgf_legend(data, sizes, legend.columns);
    out += "\\end{axis}\n\\end{tikzpicture}}%\n";
    out += fit(choice, legend.place);
    out +=
        "\\endgroup\n"
        "\\ifx\\slayfinish\\relax\\leavevmode\\box\\slayfigure\\fi\n"
        "\\slayfinish\n";
    return out;
}

}  // namespace slay

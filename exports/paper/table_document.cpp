#include "exports/paper/table_document.h"

#include <fmt/format.h>

namespace slay {

std::string table_document(const std::string& table_tex, const PaperChoice& choice) {
    const Venue& page = choice.page();
    const bool two = page.two_columns();
    return fmt::format(
               "\\documentclass[{:g}pt{}]{{article}}\n"
               "\\usepackage[papersize={{{:g}in,{:g}in}},textwidth={:g}in,textheight={:g}in]"
               "{{geometry}}\n"
               "{}\n\\usepackage{{booktabs}}\n\\usepackage{{siunitx}}\n\\usepackage{{array}}\n"
               "\\setlength{{\\columnsep}}{{{:g}in}}\n"
               "\\pagestyle{{empty}}\n\\pdfinfoomitdate=1 \\pdftrailerid{{}}\n"
               "\\begin{{document}}\n",
               page.body_points, two ? ",twocolumn" : "", page.text_inches + 1,
               page.height_inches + 1, page.text_inches, page.height_inches,
               choice.typeface().latex, two ? page.text_inches - 2 * page.column_inches : 0) +
           table_tex + "\\end{document}\n";
}

}  // namespace slay

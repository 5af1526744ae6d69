#include "exports/tables/latex_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "exports/tables/column_width.h"

namespace slay {
namespace {

constexpr const char* count_options =
    ",group-digits=integer,group-minimum-digits=4,group-separator={,}";
constexpr double width_margin = 1.05;  // bold digits and other faces are wider
constexpr double longest_label = 14;   // em; wider text columns wrap

struct TypeSize {
    const char* command;
    double points;      // in a document of 10 pt
    double line;        // a row's height
    double separation;  // \tabcolsep
};
using TypeSizes = std::array<TypeSize, 4>;
constexpr TypeSizes sizes_of_ten{{{"\\small", 9, 11, 5},
                                  {"\\footnotesize", 8, 9.5, 4},
                                  {"\\footnotesize", 8, 9.5, 2.5},
                                  {"\\scriptsize", 7, 8, 2.2}}};

// The same commands in a document of another size.
TypeSizes sizes_for(double body_points) {
    TypeSizes out = sizes_of_ten;
    for (TypeSize& size : out) {
        size.points += body_points - 10;
        size.line += 1.2 * (body_points - 10);
    }
    return out;
}

struct Layout {
    bool wide = false;  // table*
    TypeSize size = sizes_of_ten.back();
    std::size_t row_heads = 0;                     // leading text columns, repeated in each block
    std::vector<std::vector<std::size_t>> blocks;  // columns of each, without the row_heads
};

double text_column_width(double em) {
    return std::min(em, longest_label);
}

class Writer {
  public:
    Writer(const Table& table, const PageFormat& page)
        : table_(table), page_(page), sizes_(sizes_for(page.body_points)) {
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            measures_.push_back(measure_column(table, i));
        choose_layout();
    }

    std::string write() const {
        const double line = layout_.size.line * 1.1;
        const double notes = 9.0 * static_cast<double>(table_.notes.size());
        const double room = page_.rows_height - notes - 40;
        const auto blocks = static_cast<double>(layout_.blocks.size());
        const auto most = static_cast<std::size_t>(std::max(8.0, room / line / blocks - 4));
        std::string out;
        std::vector<TableGroup> float_groups;
        std::size_t rows = 0;
        int floats = 0;
        const auto flush = [&] {
            if (float_groups.empty()) return;
            out += write_float(float_groups, floats++);
            float_groups.clear();
            rows = 0;
        };
        for (const TableGroup& group : table_.groups) {
            if (rows > 0 && rows + group.rows.size() + 1 > most) flush();
            TableGroup part{group.title, {}};
            for (const TableRow& row : group.rows) {
                if (rows >= most) {
                    float_groups.push_back(std::move(part));
                    flush();
                    part = {group.title, {}};
                }
                part.rows.push_back(row);
                ++rows;
            }
            ++rows;
            float_groups.push_back(std::move(part));
        }
        flush();
        return out;
    }

  private:
    double width_of(std::size_t column, const TypeSize& size) const {
        const double em = table_.columns[column].numbers
                              ? measures_[column].width
                              : text_column_width(measures_[column].width);
        return em * size.points * width_margin + 2 * size.separation;
    }

    // Of these columns side by side; heads over several of them (or one) may be wider than what
    // they stand over.
    double width_of(const std::vector<std::size_t>& columns, const TypeSize& size) const {
        double width = -2 * size.separation;
        for (std::size_t i = 0; i < columns.size();) {
            const std::string& span = table_.columns[columns[i]].span;
            double below = 0;
            std::size_t end = i;
            do below += width_of(columns[end++], size);
            while (!span.empty() && end < columns.size() &&
                   table_.columns[columns[end]].span == span);
            const double head = text_width(span) * size.points + size.separation;
            width += span.empty() ? below : std::max(head, below);
            i = end;
        }
        return width;
    }

    void choose_layout() {
        while (layout_.row_heads < table_.columns.size() &&
               !table_.columns[layout_.row_heads].numbers)
            ++layout_.row_heads;
        std::vector<std::size_t> all;
        for (std::size_t i = layout_.row_heads; i < table_.columns.size(); ++i) all.push_back(i);
        const std::vector<std::size_t> whole = with_row_heads(all);
        for (const bool wide : {false, true}) {
            for (const TypeSize& size : sizes_) {
                if (!wide && size.points < 8) continue;  // rather across both columns
                if (width_of(whole, size) > (wide ? page_.text : page_.column)) continue;
                layout_.wide = wide;
                layout_.size = size;
                layout_.blocks = {all};
                return;
            }
        }
        break_into_blocks(all);
    }

    void break_into_blocks(const std::vector<std::size_t>& columns) {
        layout_.wide = true;
        layout_.size = sizes_[2];
        layout_.blocks.emplace_back();
        for (const std::size_t column : columns) {
            std::vector<std::size_t> wider = layout_.blocks.back();
            wider.push_back(column);
            if (width_of(with_row_heads(wider), layout_.size) > page_.text && wider.size() > 1)
                layout_.blocks.push_back({column});
            else
                layout_.blocks.back() = std::move(wider);
        }
    }

    std::vector<std::size_t> with_row_heads(const std::vector<std::size_t>& block) const {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < layout_.row_heads; ++i) out.push_back(i);
        out.insert(out.end(), block.begin(), block.end());
        return out;
    }

    std::string column_spec(const std::vector<std::size_t>& columns) const {
        std::string out = "@{}";
        for (const std::size_t i : columns) {
            if (table_.columns[i].numbers) {
                out += fmt::format("S[table-format={}{}]", table_format(measures_[i]),
                                   table_.columns[i].counts ? count_options : "");
            } else if (measures_[i].width > longest_label) {
                out += fmt::format(">{{\\raggedright\\arraybackslash}}p{{{:.1f}pt}}",
                                   longest_label * layout_.size.points);
            } else {
                out += i < layout_.row_heads ? 'l' : 'r';
            }
        }
        return out + "@{}";
    }

    std::string heads(const std::vector<std::size_t>& columns) const {
        std::string spans, rules, names;
        bool any = false;
        for (std::size_t i = 0; i < columns.size();) {
            const std::string& span = table_.columns[columns[i]].span;
            std::size_t end = i + 1;
            while (!span.empty() && end < columns.size() &&
                   table_.columns[columns[end]].span == span)
                ++end;
            if (i > 0) spans += " & ";
            if (!span.empty()) {
                any = true;
                spans += fmt::format("\\multicolumn{{{}}}{{c}}{{{}}}", end - i, span);
                rules += fmt::format("\\cmidrule(lr){{{}-{}}}", i + 1, end);
            }
            i = end;
        }
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const TableColumn& column = table_.columns[columns[i]];
            names +=
                (i > 0 ? " & " : "") + (column.numbers ? "{" + column.head + "}" : column.head);
        }
        return (any ? spans + " \\\\\n" + rules + "\n" : "") + names + " \\\\\n";
    }

    std::string cell_text(const TableCell& cell, bool decimal) const {
        const auto marked = [&](const std::string& text) {
            if (cell.mark == Mark::best) return "\\best{" + text + "}";
            if (cell.mark == Mark::second) return "\\second{" + text + "}";
            if (cell.mark == Mark::front) return "\\pareto{" + text + "}";
            if (cell.mark == Mark::own_front) return "\\ownpareto{" + text + "}";
            return text;
        };
        const std::string note =
            cell.note >= 0 ? "\\textsuperscript{" + note_letter(cell.note) + "}" : "";
        switch (cell.kind) {
            case TableCell::Kind::empty:
                return decimal ? "{}" : "";
            case TableCell::Kind::text:
                return decimal ? "{" + cell.latex + note + "}" : cell.latex + note;
            case TableCell::Kind::number:
                break;
        }
        if (cell.number.exponent)
            return "{" + marked("\\num{" + cell.number.text + "}") + note + "}";
        if (!decimal) return "\\num{" + cell.number.text + "}" + note;
        return marked(cell.number.text) + (note.empty() ? "" : "\\rlap{" + note + "}");
    }

    std::string tabular(const std::vector<TableGroup>& groups,
                        const std::vector<std::size_t>& columns) const {
        std::string out = "\\begin{tabular}{" + column_spec(columns) + "}\n\\toprule\n";
        out += heads(columns);
        for (const TableGroup& group : groups) {
            out += "\\midrule\n";
            if (!group.title.empty())
                out += fmt::format("\\multicolumn{{{}}}{{@{{}}l}}{{\\emph{{{}}}}} \\\\\n",
                                   columns.size(), group.title);
            for (const TableRow& row : group.rows) {
                // Of a table in several blocks a row stands where it has something to say.
                if (layout_.blocks.size() > 1 &&
                    std::all_of(columns.begin() + static_cast<std::ptrdiff_t>(layout_.row_heads),
                                columns.end(), [&](std::size_t column) {
                                    return row.cells[column].kind == TableCell::Kind::empty;
                                }))
                    continue;
                for (std::size_t i = 0; i < columns.size(); ++i) {
                    if (i > 0) out += " & ";
                    out += cell_text(row.cells[columns[i]], table_.columns[columns[i]].numbers);
                }
                out += " \\\\\n";
            }
        }
        return out + "\\bottomrule\n\\end{tabular}\n";
    }

    std::string write_float(const std::vector<TableGroup>& groups, int index) const {
        const std::string environment = layout_.wide ? "table*" : "table";
        std::string out = "\\begin{" + environment + "}[t]\n\\slaytable\n";
        if (index == 0) {
            out += "\\caption{" + table_.caption + "}\n\\label{tab:" + table_.id + "}\n";
        } else {
            // The same number again; hyperref would miss a name of its own.
            out += fmt::format(
                "\\addtocounter{{table}}{{-1}}\\def\\theHtable{{\\thetable.{}}}\n"
                "\\caption{{Continued.}}\n",
                index + 1);
        }
        out += fmt::format("{}\n\\setlength{{\\tabcolsep}}{{{:g}pt}}\n", layout_.size.command,
                           layout_.size.separation);
        for (std::size_t i = 0; i < layout_.blocks.size(); ++i) {
            if (i > 0) out += "\\par\\medskip\n";
            out += tabular(groups, with_row_heads(layout_.blocks[i]));
        }
        out += notes_of(groups);
        return out + "\\end{" + environment + "}\n";
    }

    // Of the cells in these groups, and of heads, which every part has.
    std::string notes_of(const std::vector<TableGroup>& groups) const {
        const auto refers = [](const std::vector<TableGroup>& where, std::size_t note) {
            for (const TableGroup& group : where)
                for (const TableRow& row : group.rows)
                    for (const TableCell& cell : row.cells)
                        if (cell.note == static_cast<int>(note)) return true;
            return false;
        };
        std::string lines;
        for (std::size_t i = 0; i < table_.notes.size(); ++i) {
            if (!refers(groups, i) && refers(table_.groups, i)) continue;
            lines += (lines.empty() ? "" : "\\\\\n") + std::string("\\textsuperscript{") +
                     note_letter(static_cast<int>(i)) + "}~" + table_.notes[i];
        }
        if (lines.empty()) return {};
        return "\\par\\smallskip\n\\parbox{\\linewidth}{\\raggedright\\scriptsize\n" + lines +
               "\n}\n";
    }

    const Table& table_;
    const PageFormat page_;
    const TypeSizes sizes_;
    std::vector<ColumnMeasure> measures_;
    Layout layout_;
};

}  // namespace

std::string latex_preamble(const std::string& about) {
    return "% " + about +
           "\n"
           "% Needs \\usepackage{booktabs} and \\usepackage{siunitx} (version 3).\n"
           "% \\best{} and \\second{} mark the best and the second value inside these tables; "
           "define\n"
           "% \\slaybest and \\slaysecond before to mark them in another way.\n"
           "\\providecommand{\\slaybest}[1]{\\bfseries #1}\n"
           "\\providecommand{\\slaysecond}[1]{#1\\slayunderline{#1}}\n"
           "\\ifdefined\\slayunderline\\else\n"
           "\\DeclareRobustCommand{\\slayunderline}[1]{\\llap{\\underline{\\smash{\\phantom{#1}}}}}"
           "\n"
           "\\fi\n"
           "\\providecommand{\\slaytable}{"
           "\\centering\\setlength{\\belowcaptionskip}{4pt}%\n"
           "  \\let\\best\\slaybest\\let\\second\\slaysecond\n"
           "  \\sisetup{mode=text,reset-text-series=false,group-digits=none,\n"
           "    table-align-text-after=false,uncertainty-mode=compact}}\n";
}

std::string latex_table(const Table& table, const PageFormat& page) {
    return Writer(table, page).write();
}

}  // namespace slay

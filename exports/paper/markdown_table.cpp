#include "exports/paper/markdown_table.h"

#include "engine/core/units.h"
#include "exports/paper/latex_plain.h"

namespace slay {
namespace {

std::string head_text(const TableColumn& column) {
    const std::string name = latex_plain(column.head), span = latex_plain(column.span);
    if (span.empty()) return markdown_escape(name);
    return markdown_escape(name.empty() ? span : span + " " + name);
}

std::string cell_text(const TableCell& cell) {
    const std::string text = markdown_escape(plain_cell(cell));
    if (text.empty()) return text;
    std::string out = text;
    switch (cell.mark) {
        case Mark::best:
        case Mark::front:
            out = "**" + text + "**";
            break;
        case Mark::second:
        case Mark::own_front:
            out = "*" + text + "*";
            break;
        case Mark::none:
            break;
    }
    if (cell.note >= 0) out += " (" + note_letter(cell.note) + ")";
    return out;
}

std::string line_of(const std::vector<std::string>& cells) {
    std::string out = "|";
    for (const std::string& cell : cells) out += ' ' + cell + " |";
    return out + '\n';
}

}  // namespace

std::string markdown_escape(std::string_view text) {
    const std::string clean = clean_text(text);
    std::string out;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        const char c = clean[i];
        if (c == '\n' || c == '\r' || c == '\t') {
            out += ' ';
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '&') {
            out += "&amp;";
        } else if (c == ':' && clean.compare(i, 3, "://") == 0) {
            out += "&#58;";  // an address is not to become a link by itself
        } else if (c == '@' || (c == '.' && i >= 3 && clean.compare(i - 3, 3, "www") == 0)) {
            out += c == '@' ? "&#64;" : "&#46;";
        } else if (std::string_view("\\`*_{}[]#!|~$").find(c) != std::string_view::npos) {
            out += '\\';
            out += c;
        } else if (i == 0 && std::string_view("+-=").find(c) != std::string_view::npos &&
                   clean.size() > 1 && clean[1] == ' ') {
            out += '\\';  // would begin a list
            out += c;
        } else {
            out += c;
        }
    }
    return out;
}

std::string plain_cell(const TableCell& cell) {
    switch (cell.kind) {
        case TableCell::Kind::empty:
            return {};
        case TableCell::Kind::text:
            return latex_plain(cell.latex);
        case TableCell::Kind::number:
            break;
    }
    return cell.number.text;
}

std::string markdown_table(const Table& table) {
    std::string out = "**" + markdown_escape(latex_plain(table.caption)) + "**\n\n";
    std::vector<std::string> heads, rules;
    for (const TableColumn& column : table.columns) {
        heads.push_back(head_text(column));
        rules.emplace_back(column.numbers ? "--:" : ":--");
    }
    out += line_of(heads) + line_of(rules);
    for (const TableGroup& group : table.groups) {
        if (!group.title.empty()) {
            std::vector<std::string> cells(table.columns.size());
            cells[0] = "*" + markdown_escape(latex_plain(group.title)) + "*";
            out += line_of(cells);
        }
        for (const TableRow& row : group.rows) {
            std::vector<std::string> cells;
            for (const TableCell& cell : row.cells) cells.push_back(cell_text(cell));
            cells.resize(table.columns.size());
            out += line_of(cells);
        }
    }
    if (!table.notes.empty()) out += '\n';
    for (std::size_t i = 0; i < table.notes.size(); ++i)
        out += "(" + note_letter(static_cast<int>(i)) + ") " +
               markdown_escape(latex_plain(table.notes[i])) + "  \n";
    return out;
}

}  // namespace slay

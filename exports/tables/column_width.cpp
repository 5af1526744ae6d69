#include "exports/tables/column_width.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace slay {
namespace {

double character_width(char c) {
    if (c == ' ') return 0.25;
    if (std::isdigit(static_cast<unsigned char>(c))) return 0.5;
    if (c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '@' || c == '%') return 0.9;
    if (std::isupper(static_cast<unsigned char>(c))) return 0.7;
    if (std::isalpha(static_cast<unsigned char>(c))) return 0.47;
    return 0.4;
}

}  // namespace

double text_width(std::string_view latex) {
    double width = 0;
    for (std::size_t i = 0; i < latex.size(); ++i) {
        const char c = latex[i];
        if (c == '{' || c == '}' || c == '$' || c == '^') continue;
        if (c != '\\') {
            width += character_width(c);
            continue;
        }
        std::size_t end = i + 1;
        while (end < latex.size() && std::isalpha(static_cast<unsigned char>(latex[end]))) ++end;
        const std::string_view command = latex.substr(i + 1, end - i - 1);
        if (command.empty()) {  // an escaped character, or an accent over the next
            width += 0.6;
            ++i;
            continue;
        }
        i = end - 1;
        if (command == "hspace") {  // of {0pt}: a place to break
            i += 5;
        } else if (command != "ensuremath" && command != "textsuperscript" && command != "emph" &&
                   command != "best" && command != "pareto" && command != "second" &&
                   command != "num") {
            width += 0.8;
        }
    }
    return width;
}

ColumnMeasure measure_column(const Table& table, std::size_t column) {
    ColumnMeasure out;
    double noted = 0;  // a superscript stands behind a number
    double text = text_width(table.columns[column].head);
    for (const TableGroup& group : table.groups) {
        for (const TableRow& row : group.rows) {
            const TableCell& cell = row.cells[column];
            const double note = cell.note >= 0 ? 0.4 : 0;
            if (cell.kind == TableCell::Kind::text)
                text = std::max(text, text_width(cell.latex) + note);
            if (cell.kind != TableCell::Kind::number) continue;
            if (cell.number.exponent) {
                text = std::max(text, 0.5 * static_cast<double>(cell.number.text.size()) + 1.2);
                continue;
            }
            if (cell.note >= 0) noted = 1;
            out.integers = std::max(out.integers, cell.number.integers);
            out.decimals = std::max(out.decimals, cell.number.decimals);
            out.uncertainty = std::max(out.uncertainty, cell.number.uncertainty);
            out.negative = out.negative || cell.number.text.front() == '-';
        }
    }
    double number = 0.4 * noted + 0.5 * (out.integers + out.decimals) +
                    (out.decimals > 0 ? 0.25 : 0) + (out.negative ? 0.6 : 0);
    if (table.columns[column].counts) number += 0.25 * ((std::max(out.integers, 1) - 1) / 3);
    if (out.uncertainty > 0) number += 0.5 * out.uncertainty + 0.67;
    out.width = table.columns[column].numbers ? std::max(text, number) : text;
    return out;
}

std::string table_format(const ColumnMeasure& measure) {
    std::string out = measure.negative ? "-" : "";
    out += std::to_string(measure.integers);
    if (measure.decimals > 0) out += '.' + std::to_string(measure.decimals);
    if (measure.uncertainty > 0) out += '(' + std::to_string(measure.uncertainty) + ')';
    return out;
}

}  // namespace slay

// A table as plain values, between the record and the writers.
#pragma once

#include <string>
#include <vector>

#include "exports/rounded.h"

namespace slay {

enum class Mark { none, best, second, front, own_front };  // front: Pareto-optimal

struct TableCell {
    enum class Kind { empty, number, text };
    Kind kind = Kind::empty;
    Rounded number;
    std::string latex;  // of a text cell, escaped already: "--", "OOM", "$\\ge$ 32768"
    Mark mark = Mark::none;
    int note = -1;  // index into Table::notes

    static TableCell of(Rounded number);
    static TableCell text_of(std::string latex, int note = -1);
};

struct TableColumn {
    std::string head;     // LaTeX
    bool numbers = true;  // a decimal column; text cells in it are centred
    std::string span;     // a head above: columns in a row with the same one share it
    bool counts = false;  // whole numbers, with separators: 12,976,128
};

struct TableRow {
    std::vector<TableCell> cells;  // one for each column
};

struct TableGroup {
    std::string title;  // LaTeX; empty: none
    std::vector<TableRow> rows;
};

struct Table {
    std::string id;       // "latency_scaling": label tab:latency_scaling
    std::string caption;  // LaTeX
    std::string macros;   // LaTeX definitions that its cells use, before the table
    std::vector<TableColumn> columns;
    std::vector<TableGroup> groups;
    std::vector<std::string> notes;  // LaTeX; cells refer to them by letter
};

// Marks the best and the second of one column's cells. Values whose intervals overlap that of the
// best are marked as the best is; without intervals, values that read the same. An
// interval wider than its value makes no tie. Where all tie none
// is marked. A null cell or a value that is not finite takes no part.
struct RankedCell {
    TableCell* cell = nullptr;
    MetricValue value;
};
void mark_best(std::vector<RankedCell> cells, Better better);

// a, b, ..., z, aa, ab, ...
std::string note_letter(int index);

}  // namespace slay

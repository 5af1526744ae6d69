#include "exports/tables/table_model.h"

#include <algorithm>
#include <cmath>

namespace slay {
namespace {

// An interval as wide as the value itself, as a mean over few heavy-tailed seeds has, overlaps
// everything and tells nothing.
bool says_something(const MetricValue& value) {
    if (!value.low || !value.high) return true;
    return *value.high - *value.low < std::abs(value.value);
}

bool overlap(const RankedCell& a, const RankedCell& b) {
    if (a.value.value == b.value.value) return true;
    const auto low = [](const MetricValue& v) { return v.low.value_or(v.value); };
    const auto high = [](const MetricValue& v) { return v.high.value_or(v.value); };
    const bool measured = a.value.low || b.value.low;
    if (measured && says_something(a.value) && says_something(b.value) &&
        low(a.value) <= high(b.value) && low(b.value) <= high(a.value))
        return true;
    return a.cell->number.text == b.cell->number.text;
}

}  // namespace

TableCell TableCell::of(Rounded number) {
    TableCell cell;
    cell.kind = Kind::number;
    cell.number = std::move(number);
    return cell;
}

TableCell TableCell::text_of(std::string latex, int note) {
    TableCell cell;
    cell.kind = Kind::text;
    cell.latex = std::move(latex);
    cell.note = note;
    return cell;
}

void mark_best(std::vector<RankedCell> cells, Better better) {
    if (better == Better::neither) return;
    std::erase_if(cells, [](const RankedCell& each) {
        return !each.cell || !std::isfinite(each.value.value);
    });
    if (cells.size() < 2) return;  // a comparison needs two
    std::stable_sort(cells.begin(), cells.end(), [&](const RankedCell& a, const RankedCell& b) {
        return better == Better::lower ? a.value.value < b.value.value
                                       : a.value.value > b.value.value;
    });
    std::size_t next = 0;
    for (const Mark mark : {Mark::best, Mark::second}) {
        if (next >= cells.size()) return;
        const RankedCell& first = cells[next];
        // All that overlap the first, though one between them may not: intervals differ in width.
        for (std::size_t i = next; i < cells.size(); ++i)
            if (cells[i].cell->mark == Mark::none && overlap(first, cells[i]))
                cells[i].cell->mark = mark;
        while (next < cells.size() && cells[next].cell->mark != Mark::none) ++next;
        const bool all = mark == Mark::best && next == cells.size();
        if (all)  // nothing stands out
            for (const RankedCell& each : cells) each.cell->mark = Mark::none;
        if (all) return;
    }
}

std::string note_letter(int index) {
    std::string out;
    for (++index; index > 0; index = (index - 1) / 26)
        out.insert(out.begin(), static_cast<char>('a' + (index - 1) % 26));
    return out;
}

}  // namespace slay

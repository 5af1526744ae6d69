#include "app/bench/text_table.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace slay::bench {
namespace {

// Code points, which is what a column of Latin text takes on a terminal.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

}  // namespace

void TextTable::add_column(std::string heading, Align align) {
    columns_.push_back({std::move(heading), align});
}

void TextTable::add_row(std::vector<std::string> cells) {
    if (cells.size() != columns_.size())
        throw std::logic_error("TextTable: a cell for each column");
    rows_.push_back(std::move(cells));
}

std::string TextTable::to_text(const std::string& indent) const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        std::size_t width = width_of(columns_[c].heading);
        for (const auto& row : rows_) width = std::max(width, width_of(row[c]));
        widths.push_back(width);
    }
    std::string text;
    const auto add_line = [&](const auto& cell) {
        std::string line = indent;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const std::string& content = cell(c);
            const std::string padding(widths[c] - width_of(content), ' ');
            if (c > 0) line += "  ";
            line += columns_[c].align == Align::right ? padding + content : content + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    };
    add_line([&](std::size_t c) -> const std::string& { return columns_[c].heading; });
    for (const auto& row : rows_) {
        add_line([&](std::size_t c) -> const std::string& { return row[c]; });
    }
    return text;
}

}  // namespace slay::bench

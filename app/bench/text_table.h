// A table for people: columns padded with spaces, numbers to the right.
#pragma once

#include <string>
#include <vector>

namespace slay::bench {

enum class Align { left, right };

class TextTable {
  public:
    void add_column(std::string heading, Align align = Align::left);
    void add_row(std::vector<std::string> cells);  // one a column
    bool empty() const { return rows_.empty(); }

    // The heading, then the rows, each line with `indent` before it and without trailing spaces.
    std::string to_text(const std::string& indent = {}) const;

  private:
    struct Column {
        std::string heading;
        Align align;
    };
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace slay::bench

// The options of `slay-bench export` that make an export for a paper.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "exports/paper/paper_choice.h"

namespace slay::bench {

class PaperOptions {
  public:
    void add_to(CLI::App& options);
    // Whether any of them was given: else the export is the plan's.
    bool given() const;
    // What they ask for, on top of the --settings file.
    Result<PaperChoice> choice() const;
    bool check_asked() const { return check_; }

  private:
    std::vector<CLI::Option*> all_;
    std::string settings_, venue_, width_, face_, palette_, legend_, x_scale_, y_scale_;
    std::vector<std::string> variants_, formats_, only_;
    double height_ = 0;
    int dpi_ = 300;
    bool title_ = false, report_ = false, check_ = false;
};

}  // namespace slay::bench

// Verification lines as text: one line for each variant, every miss in full.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/core/verify_line.h"

namespace slay::bench {

nlohmann::ordered_json verify_json(const VerifyLine& line);

// Takes the lines as they come and gives back what to print.
class VerifyReport {
  public:
    // What can be printed now: the summary of the variant before, and this line if it is a miss.
    std::string add(const VerifyLine& line);
    std::string finish();  // the last variant's summary
    std::size_t compared() const { return compared_; }
    std::size_t missed() const { return missed_; }

  private:
    std::string summary() const;

    struct Worst {
        double error = 0, bound = 0;
        std::size_t count = 0;
    };
    std::string variant_;                // whose lines are being gathered
    std::vector<std::string> subjects_;  // in the order of arrival
    std::map<std::string, Worst> worst_;
    std::map<std::string, std::size_t> notes_;
    bool passed_ = true;
    std::size_t compared_ = 0, missed_ = 0;
};

}  // namespace slay::bench

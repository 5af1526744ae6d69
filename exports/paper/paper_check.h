// What a venue's check would say of the files of an export.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "exports/figure_data.h"
#include "exports/paper/venue.h"

namespace slay {

enum class RuleAnswer { passed, failed, unknown };
std::string_view to_string(RuleAnswer answer);

// The rules, in their order.
struct PaperRule {
    std::string id;     // "embedded"
    std::string title;  // "Fonts embedded"
};
const std::vector<PaperRule>& paper_rules();

struct RuleResult {
    std::string rule;  // PaperRule::id
    RuleAnswer answer = RuleAnswer::unknown;
    std::string detail;  // what was found: "TeXGyreTermes-Regular, CID Type 0C"
};

struct FileCheck {
    std::string path;
    std::vector<RuleResult> rules;
    bool failed() const;
};

struct PaperCheck {
    std::vector<FileCheck> files;
    bool failed() const;
};

// What a PDF is held to.
struct PageRule {
    double width_inches = 0, height_inches = 0;  // of every page; 0: any size
    double least_points = 6;                     // of text; exponents and note letters may have 4.9
    double text_inches = 0;  // nothing on a page is wider, from edge to edge; 0: any width
};

// Curves that a reader of a grey print could take for each other (the same marker and dash, and
// nearly the same grey), and curves that are too pale on white: one line each.
std::vector<std::string> grey_problems(const FigureData& data);

// A line for each file and, below it, for each rule that did not pass.
std::string check_text(const PaperCheck& check);
// {"passed", "files": [{"path", "passed", "rules": [{"rule", "title", "answer", "detail"}]}]}
nlohmann::ordered_json to_json(const PaperCheck& check);

}  // namespace slay

// The pages of venues, as data (resources/venues): a new venue is a new row there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace slay {

struct Venue {
    std::string id;                             // "icml"
    std::string name;                           // "ICML"
    double column_inches = 0, text_inches = 0;  // the same where there is one column
    double height_inches = 0;                   // of the text
    double body_points = 10;
    double least_points = 6;  // text in a figure is not smaller
    std::string face;         // PaperFace::id
    bool two_columns() const { return column_inches < text_inches; }
};

// In the order of the files. Throws std::logic_error where a compiled-in file is wrong, which a
// test rules out.
const std::vector<Venue>& venues();
const Venue* find_venue(std::string_view id);

// A file's rows. Errors: not the schema, a width that is not between 1 and 20 inches, two of one
// id.
Result<std::vector<Venue>> parse_venues(std::string_view json, const std::string& name);

// A family of faces: what Qt is to draw with and what LaTeX is to load.
struct PaperFace {
    std::string id;                     // "times"
    std::string label;                  // "Times"
    std::vector<std::string> families;  // the first one installed is taken
    std::string latex;                  // what sets it in a document
    std::string package;                // Debian's, for where none is installed
    double wide = 1;                    // how wide its text runs, Times being 1
};
const std::vector<PaperFace>& paper_faces();
const PaperFace* find_face(std::string_view id);

}  // namespace slay

#include "exports/paper/venue.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "exports/paper/venue_files.h"

namespace slay {
namespace {

using Json = nlohmann::ordered_json;

template <typename Row>
const Row* by_id(const std::vector<Row>& rows, std::string_view id) {
    const auto at =
        std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.id == id; });
    return at == rows.end() ? nullptr : &*at;
}

Venue venue_of(const Json& row) {
    return {row.at("id").get<std::string>(),   row.at("name").get<std::string>(),
            row.at("column_in").get<double>(), row.at("text_in").get<double>(),
            row.at("height_in").get<double>(), row.at("body_pt").get<double>(),
            row.at("least_pt").get<double>(),  row.at("face").get<std::string>()};
}

std::vector<Venue> read_all() {
    std::vector<Venue> out;
    for (const VenueFile& file : venue_files()) {
        auto rows = parse_venues(file.text, std::string(file.id));
        if (!rows) throw std::logic_error(rows.error().message);
        out.insert(out.end(), rows->begin(), rows->end());
    }
    return out;
}

}  // namespace

Result<std::vector<Venue>> parse_venues(std::string_view json, const std::string& name) {
    const auto wrong = [&](const std::string& what) {
        return Error{ErrorKind::bad_data, "venues " + name + ": " + what};
    };
    const Json parsed = Json::parse(json, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("schema") || parsed["schema"] != "slay-venues/1")
        return wrong("not a slay-venues/1 file");
    std::vector<Venue> out;
    try {
        for (const Json& row : parsed.at("venues")) {
            Venue venue = venue_of(row);
            const auto usable = [](double inches) { return inches >= 1 && inches <= 20; };
            if (!usable(venue.column_inches) || !usable(venue.text_inches) ||
                !usable(venue.height_inches) || venue.column_inches > venue.text_inches)
                return wrong(venue.id +
                             ": sizes are between 1 and 20 inches, a column no wider "
                             "than the text");
            if (!find_face(venue.face))
                return wrong(venue.id + ": no face is called " + venue.face);
            if (by_id(out, venue.id)) return wrong(venue.id + ": stands there twice");
            out.push_back(std::move(venue));
        }
    } catch (const Json::exception& error) {
        return wrong(error.what());
    }
    return out;
}

const std::vector<Venue>& venues() {
    static const std::vector<Venue> rows = read_all();
    return rows;
}

const Venue* find_venue(std::string_view id) {
    return by_id(venues(), id);
}

const std::vector<PaperFace>& paper_faces() {
    static const std::vector<PaperFace> rows{
        {"times",
         "Times",
         {"TeX Gyre Termes", "Liberation Serif", "Nimbus Roman", "Times", "Times New Roman"},
         "\\usepackage{mathptmx}",
         "fonts-texgyre"},
        {"palatino",
         "Palatino",
         {"TeX Gyre Pagella", "Palatino", "Palatino Linotype"},
         "\\usepackage{mathpazo}",
         "fonts-texgyre",
         1.12},
        {"helvetica",
         "Helvetica",
         {"TeX Gyre Heros", "Liberation Sans", "Nimbus Sans", "Helvetica", "Arial"},
         "\\usepackage[scaled=0.92]{helvet}\\renewcommand{\\familydefault}{\\sfdefault}",
         "fonts-texgyre",
         1.15},
        {"computer-modern",
         "Computer Modern",
         {"Latin Modern Roman", "CMU Serif"},
         "",
         "fonts-lmodern",
         1.12},
    };
    return rows;
}

const PaperFace* find_face(std::string_view id) {
    return by_id(paper_faces(), id);
}

}  // namespace slay

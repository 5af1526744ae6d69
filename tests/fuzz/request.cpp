#include "engine/core/plan_growth.h"
#include "engine/core/point_check.h"
#include "engine/core/preferences.h"
#include "engine/core/text.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {

void read_request(std::string_view bytes) {
    const Result<PlanGrowth> growth = parse_growth(bytes, "stranger.json");
    if (!growth) {
        require(!first_invalid_utf8(growth.error().message), "a message is UTF-8");
    } else {
        require(parse_growth(to_text(*growth), "again.json").ok(), "a request can be read again");
        if (growth->add.size() > 256) return;
        for (const Point& point : growth->add) {
            const Result<Point> complete = complete_point(point, {}, {});
            if (complete)
                require(check_point(*complete).ok(), "a point that was completed can be measured");
        }
    }
    if (const Result<Preferences> preferences = parse_preferences(bytes, "stranger.json"))
        require(parse_preferences(to_text(*preferences), "again.json").ok(),
                "preferences can be read again");
}

}  // namespace slay::fuzz

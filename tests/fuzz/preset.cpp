#include <set>

#include "engine/core/plan.h"
#include "engine/core/sweep_spec.h"
#include "engine/core/text.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {
namespace {

// A message is shown in a terminal and in the window.
void require_harmless(const std::string& message) {
    require(!first_invalid_utf8(message), "a message is UTF-8");
    for (const char c : message)
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F,
                "a message has no control character");
    require(message.size() < 8192, "a message is short");
}

void plan_it(const SweepSpec& spec) {
    const Result<Plan> plan = make_plan(spec);
    if (!plan) return require_harmless(plan.error().message);
    require(plan->points.size() <= max_plan_points, "a plan has a bound");
    std::set<std::string> ids;
    for (const Point& point : plan->points)
        require(ids.insert(point.id).second, "no two points have one id");
}

}  // namespace

// What stands behind a NUL is a setting, as --set takes it.
void read_preset(std::string_view bytes) {
    const auto end = bytes.find('\0');
    const Result<SweepSpec> spec = parse_spec(bytes.substr(0, end), "stranger.json");
    if (!spec) return require_harmless(spec.error().message);
    const std::string text = to_text(*spec);
    const Result<SweepSpec> again = parse_spec(text, "again.json");
    require(again.ok(), "a preset that was read can be written and read");
    require(*again == *spec && to_text(*again) == text, "writing and reading changes nothing");
    plan_it(*spec);
    if (end == std::string_view::npos) return;
    const Result<SweepSpec> changed = with_setting(*spec, bytes.substr(end + 1));
    if (!changed) return require_harmless(changed.error().message);
    plan_it(*changed);
}

}  // namespace slay::fuzz

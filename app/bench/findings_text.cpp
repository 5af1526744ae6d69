#include "app/bench/findings_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/bench/text_table.h"
#include "engine/core/units.h"

namespace slay::bench {
std::string findings_text(const JudgedSet& judged) {
    std::string text = judged.set->title + "\n";
    for (const FindingAnswer& answer : judged.answers) {
        text += fmt::format("  {}: {}{}\n", to_string(answer.verdict), answer.finding->title,
                            answer.reason.empty() ? "" : " (" + clean_text(answer.reason) + ")");
        const auto measured =
            std::count_if(answer.checks.begin(), answer.checks.end(),
                          [](const CheckAnswer& check) { return check.figure.has_value(); });
        TextTable table;
        table.add_column("check");
        table.add_column("measured", Align::right);
        table.add_column("accepted", Align::right);
        table.add_column("aim", Align::right);
        table.add_column("answer");
        for (const CheckAnswer& check : answer.checks) {
            if (!check.figure && !check.check->decides) continue;
            const std::optional<double>& aim = check.check->aim;
            table.add_row({check.check->label, check.figure ? figure_text(*check.figure) : "-",
                           accepted_text(*check.check), aim ? fmt::format("{:g}", *aim) : "",
                           answer_text(check)});
        }
        // Of one that nothing was measured for, its line says all.
        if (measured > 0) text += table.to_text("    ");
    }
    return text;
}

}  // namespace slay::bench

#include <charconv>

#include "engine/core/journal.h"
#include "engine/core/json_text.h"
#include "engine/core/merge_records.h"
#include "engine/core/results_reader.h"
#include "engine/core/text.h"
#include "exports/compare/run_comparison.h"
#include "exports/figure_data.h"
#include "exports/findings/report.h"
#include "exports/tables/run_tables.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/readers.h"

namespace slay::fuzz {
namespace {

void require_plain(const std::string& text, const std::string& what) {
    require(!first_invalid_utf8(text), what + " is UTF-8");
    for (const char c : text)
        require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F),
                what + " has no control character");
}

void require_no_command(const std::string& latex) {
    require_plain(latex, "a table");
    std::string read;  // without the lines that TeX passes over
    for (std::size_t at = 0, end = 0; at < latex.size(); at = end + 1) {
        end = std::min(latex.find('\n', at), latex.size());
        if (latex[at] != '%') read.append(latex, at, end - at).append("\n");
    }
    // The writer's own, in a table that goes on.
    const std::string own = "\\def\\theHtable{\\thetable.";
    for (auto at = read.find(own); at != std::string::npos; at = read.find(own, at))
        read.erase(at, own.size());
    for (const char* command : {"\\input", "\\include", "\\write", "\\openout", "\\openin",
                                "\\immediate", "\\catcode", "\\csname", "\\def", "\\special"})
        require(read.find(command) == std::string::npos, std::string("no ") + command);
}

// No cell begins a formula of a spreadsheet, but for numbers.
void require_no_formula(const std::string& csv) {
    require_plain(csv, "a CSV file");
    bool quoted = false, first = true;
    for (std::size_t at = 0; at < csv.size(); ++at) {
        const char c = csv[at];
        if (first && !quoted && c != '"') {
            require(c != '=' && c != '@' && c != '+', "no cell begins a formula");
            if (c == '-') {
                double number = 0;
                const auto end = std::min(csv.find_first_of(",\n", at), csv.size());
                const auto read = std::from_chars(csv.data() + at, csv.data() + end, number);
                require(read.ptr == csv.data() + end, "a cell that begins with - is a number");
            }
        } else if (first && quoted) {
            require(c != '=' && c != '@' && c != '+' && c != '-',
                    "no quoted cell begins a formula");
        }
        first = false;
        if (c == '"') {
            first = !quoted && at > 0 && (csv[at - 1] == ',' || csv[at - 1] == '\n');
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == '\n')) {
            first = true;
        }
    }
}

void write_all(const RunRecord& record) {
    const Result<nlohmann::json> results = parse_json(results_text(record), "results");
    require(results.ok(), "the results file is JSON that this program would take" +
                              (results ? "" : ": " + results.error().message));
    for (const RunTable& table : tables_of(record)) {
        require_no_command(table_file(record, table));
        require_no_formula(points_csv(record, table.experiment));
    }
    const RunRecord* one = &record;
    for (const JudgedSet& judged : judge_all(std::span(&one, 1))) {
        require_no_command(findings_file(record, judged));
        require_no_formula(findings_csv(judged));
        require(!findings_json(judged).dump().empty(), "findings have words");
    }
    for (const FigureSpec& figure : figure_table())
        for (const Panel& panel : figure_panels(figure, record)) {
            FigureOptions options;
            options.panel = panel.id;
            const FigureData data = build_figure(figure, record, options);
            for (const Series& series : data.series) require_plain(series.label, "a legend");
        }
}

void compare(const std::shared_ptr<const RunRecord>& record) {
    RunComparison comparison;
    comparison.add("one", record);
    comparison.add("two", record);
    for (const std::string& experiment : comparison.experiments())
        for (const std::string& metric : comparison.metrics(experiment)) {
            comparison.show(experiment, metric);
            comparison.set_baseline({Baseline::Kind::run, 0, {}});
            for (const RunComparison::Row& row : comparison.rows()) comparison.against(row);
        }
    const std::vector<RunRecord> both{*record, *record};
    const Result<RunRecord> merged = merge_records(both);
    if (merged) require(merged->points().size() == record->points().size(), "merged with itself");
}

}  // namespace

void read_results(std::string_view bytes) {
    std::shared_ptr<const RunRecord> record;
    if (Result<RunRecord> read = parse_results(bytes, "stranger.json")) {
        record = std::make_shared<const RunRecord>(std::move(*read));
    } else {
        require_plain(read.error().message, "a message");
        std::string text;
        for (const std::string& line : sealed_lines(bytes)) text += line + '\n';
        const MemoryFile file(text);
        Result<JournalContent> content = slay::read_journal(file.path());
        if (!content) return;
        for (const std::string& skipped : content->skipped)
            require_plain(skipped, "a skipped line");
        record = std::make_shared<const RunRecord>(std::move(content->record));
    }
    if (record->points().size() > 64) return;
    write_all(*record);
    compare(record);
}

}  // namespace slay::fuzz

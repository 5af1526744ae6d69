#include "exports/paper/paper_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "engine/core/merge_records.h"
#include "engine/core/units.h"
#include "exports/panels.h"
#include "exports/paper/markdown_table.h"
#include "exports/paper/palette.h"
#include "exports/paper/pgfplots.h"
#include "exports/paper/report.h"
#include "exports/paper/reproduce.h"

namespace slay {
namespace {

constexpr double points_per_inch = 72.27;

std::vector<TableItem> table_items(const RunRecord& record, const std::vector<JudgedSet>& judged) {
    std::vector<TableItem> out;
    for (const RunTable& table : tables_of(record)) {
        const ExperimentInfo* experiment = find_experiment(table.experiment);
        out.push_back({"tables/" + table.id, experiment ? experiment->title : table.id,
                       table.experiment, table, 0});
    }
    for (std::size_t i = 0; i < judged.size(); ++i)
        if (judged[i].shown())
            out.push_back({"tables/" + judged[i].set->table, judged[i].set->title, "", {}, i});
    return out;
}

std::vector<JudgedSet> judge_record(const RunRecord& record) {
    const RunRecord* one = &record;
    return judge_all(std::span(&one, 1));
}

template <typename Items>
void keep_wanted(Items& items, const PaperChoice& choice) {
    std::erase_if(items, [&](const auto& item) { return !choice.wants_item(item.stem); });
}

std::string listed(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

PageFormat page_format(const Venue& venue) {
    PageFormat page;
    page.column = venue.column_inches * points_per_inch;
    page.text = venue.text_inches * points_per_inch;
    page.body_points = venue.body_points;
    page.rows_height = venue.height_inches * points_per_inch - 90;
    return page;
}

std::vector<std::string> paper_stems(const RunRecord& record) {
    std::vector<std::string> out;
    for (const FigureItem& item : figure_items(record)) out.push_back(item.stem);
    for (const TableItem& item : table_items(record, judge_record(record)))
        out.push_back(item.stem);
    return out;
}

Result<PaperPlan> PaperPlan::make(std::shared_ptr<const RunRecord> record, PaperChoice choice,
                                  std::vector<std::shared_ptr<const RunRecord>> runs) {
    if (const Status status = check_choice(choice); !status) return status.error();
    if (record->points().empty())
        return Error{ErrorKind::bad_data, "the run has no points to export"};
    PaperPlan plan;
    plan.record_ = plan.shown_ = record;
    plan.choice_ = std::move(choice);
    plan.runs_ = std::move(runs);
    if (plan.runs_.empty()) plan.runs_ = {record};
    if (const auto& wanted = plan.choice_.variants; !wanted.empty()) {
        std::vector<std::string> there;
        for (const VariantInfo& row : record->variants()) there.push_back(clean_text(row.name, 60));
        for (const std::string& name : wanted)
            if (!record->variant(name))
                return Error{ErrorKind::usage, fmt::format("the run has no variant '{}'; it has {}",
                                                           clean_text(name, 60), listed(there))};
        plan.shown_ =
            std::make_shared<const RunRecord>(select_points(*record, [&](const Point& point) {
                return std::find(wanted.begin(), wanted.end(), point.variant) != wanted.end();
            }));
        if (plan.shown_->points().empty())
            return Error{ErrorKind::usage, "the run has no point of these variants"};
    }
    plan.judged_ = judge_record(*record);
    plan.figures_ = figure_items(*plan.shown_);
    plan.tables_ = table_items(*plan.shown_, plan.judged_);
    for (const std::string& stem : plan.choice_.only) {
        const auto is = [&](const auto& item) { return item.stem == stem; };
        if (std::none_of(plan.figures_.begin(), plan.figures_.end(), is) &&
            std::none_of(plan.tables_.begin(), plan.tables_.end(), is))
            return Error{ErrorKind::usage,
                         fmt::format("the run gives no '{}'; it gives {}", clean_text(stem, 100),
                                     listed(paper_stems(*plan.shown_)))};
    }
    keep_wanted(plan.figures_, plan.choice_);
    keep_wanted(plan.tables_, plan.choice_);
    return plan;
}

FigureData PaperPlan::figure(const FigureItem& item) const {
    FigureOptions options = item.options();
    // Of metrics against a choice such as the task there is nothing logarithmic in x.
    if (choice_.log_x) options.log_x = choice_.log_x;
    if (choice_.log_y) options.log_y = choice_.log_y;
    FigureData data = build_figure(*item.spec, *shown_, options);
    if (const Palette* palette = find_palette(choice_.palette)) apply_palette(data, *palette);
    return data;
}

PaperChoice PaperPlan::sized(const FigureData& data) const {
    PaperChoice out = choice_;
    constexpr std::size_t most_in_a_column = 8;
    if (data.x.categories.size() > most_in_a_column) out.text_wide = true;
    return out;
}

Table PaperPlan::table(const TableItem& item) const {
    if (item.experiment.empty())
        return findings_table(judged_[item.judged], record_->provenance().device_name);
    return run_table(*shown_, item.table);
}

std::string PaperPlan::table_tex(const TableItem& item) const {
    return table_text(*record_, table(item), page_format(choice_.page()));
}

std::string PaperPlan::table_csv(const TableItem& item) const {
    return item.experiment.empty() ? findings_csv(judged_[item.judged])
                                   : points_csv(*shown_, item.experiment);
}

std::string PaperPlan::pgfplots(const FigureItem& item) const {
    const FigureData data = figure(item);
    const Provenance& from = record_->provenance();
    return pgfplots_file(data, sized(data),
                         "SLAY Workbench " + from.program_version + ", run " + record_->run() +
                             ", " + from.started + ", " + item.stem);
}

const std::string& PaperPlan::date() const {
    return record_->finished_at().empty() ? record_->provenance().started : record_->finished_at();
}

std::vector<ExportJob> PaperPlan::text_jobs() const {
    const auto plan = std::make_shared<const PaperPlan>(*this);
    std::vector<ExportJob> jobs;
    const auto add = [&](const std::string& path, auto content) {
        jobs.push_back({path, false, [path, plan, content](const std::string& folder) {
                            return write_export(folder, path, content(*plan));
                        }});
    };
    for (const TableItem& item : tables_) {
        if (choice_.wants("tex") || choice_.report)
            add(item.stem + ".tex", [item](const PaperPlan& p) { return p.table_tex(item); });
        if (choice_.wants("csv"))
            add(item.stem + ".csv", [item](const PaperPlan& p) { return p.table_csv(item); });
        if (choice_.wants("md"))
            add(item.stem + ".md",
                [item](const PaperPlan& p) { return markdown_table(p.table(item)); });
    }
    for (const FigureItem& item : figures_)
        if (choice_.wants("pgfplots"))
            add(item.stem + ".tex", [item](const PaperPlan& p) { return p.pgfplots(item); });
    return jobs;
}

}  // namespace slay

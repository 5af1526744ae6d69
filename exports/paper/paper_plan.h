// What an export for a paper makes of a record: its figures and tables by the stems of their files,
// and the jobs that write them. Pure functions of record and choice; no Qt.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exports/export_run.h"
#include "exports/figure_data.h"
#include "exports/figure_items.h"
#include "exports/findings/report.h"
#include "exports/paper/paper_choice.h"
#include "exports/tables/run_tables.h"

namespace slay {

struct TableItem {
    std::string stem;        // "tables/latency_scaling"
    std::string title;       // for people
    std::string experiment;  // whose points its CSV lists; empty for findings
    RunTable table;          // of an experiment
    std::size_t judged = 0;  // of findings: place in PaperPlan::judged()
};

class PaperPlan {
  public:
    // `runs`: what the record was merged from, for the commands that reproduce it; empty: itself.
    // Errors: check_choice's, a variant or an item that the record does not have, a record without
    // points.
    static Result<PaperPlan> make(std::shared_ptr<const RunRecord> record, PaperChoice choice,
                                  std::vector<std::shared_ptr<const RunRecord>> runs = {});

    const PaperChoice& choice() const { return choice_; }
    const RunRecord& whole() const { return *record_; }
    const RunRecord& shown() const { return *shown_; }  // its points of the chosen variants
    const std::vector<std::shared_ptr<const RunRecord>>& runs() const { return runs_; }
    const std::vector<JudgedSet>& judged() const { return judged_; }     // by the whole record
    const std::vector<FigureItem>& figures() const { return figures_; }  // those asked for
    const std::vector<TableItem>& tables() const { return tables_; }

    // The figure as it is printed: scales and colours of the choice.
    FigureData figure(const FigureItem& item) const;
    // Wider than the choice where a figure has many categories.
    PaperChoice sized(const FigureData& data) const;
    Table table(const TableItem& item) const;
    std::string table_tex(const TableItem& item) const;
    std::string table_csv(const TableItem& item) const;
    std::string pgfplots(const FigureItem& item) const;
    // ISO 8601, UTC: when the record was finished; what files are dated with.
    const std::string& date() const;

    // Tables in their formats, pgfplots, report.tex, reproduce.sh. The plan is kept by the jobs.
    std::vector<ExportJob> text_jobs() const;

  private:
    std::shared_ptr<const RunRecord> record_, shown_;
    std::vector<std::shared_ptr<const RunRecord>> runs_;
    PaperChoice choice_;
    std::vector<JudgedSet> judged_;
    std::vector<FigureItem> figures_;
    std::vector<TableItem> tables_;
};

// All stems that a record has, figures first: what `only` can name.
std::vector<std::string> paper_stems(const RunRecord& record);

// The page of a venue, as the table writer counts it.
PageFormat page_format(const Venue& venue);

}  // namespace slay

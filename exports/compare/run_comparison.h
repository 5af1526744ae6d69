// Several runs side by side: one row for each measured point, with its ratio to a baseline and a
// verdict. The window's table and `slay-bench compare` read the same rows.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/comparison.h"
#include "engine/core/run_record.h"

namespace slay {

struct ComparedRun {
    std::string label;  // unique among the runs: the folder's name, numbered where two are alike
    std::shared_ptr<const RunRecord> record;
};

// What a ratio is formed with: the same point in another run, or the same conditions with another
// variant in the same run.
struct Baseline {
    enum class Kind { none, run, variant };
    Kind kind = Kind::none;
    std::size_t run = 0;  // index into runs()
    std::string variant;  // its name
};

class RunComparison {
  public:
    struct Row {
        std::size_t run = 0;  // index into runs()
        const RecordedPoint* point = nullptr;
        std::optional<MetricValue> value;  // empty: not measured
        std::string text;                  // what a filter looks in, in lower case
        std::size_t kind = 0;              // rows of one point, in whichever runs, have one kind
    };

    // A label that was given before gets a number. Returns the run's index.
    std::size_t add(std::string label, std::shared_ptr<const RunRecord> record);
    // Whether a row is the first of its group in `rows`, as filtered() gives them.
    bool begins_group(const std::vector<std::size_t>& rows, std::size_t at,
                      const std::string& group) const;
    void remove(std::size_t run);  // a baseline in that run ends; later runs move up
    const std::vector<ComparedRun>& runs() const { return runs_; }

    // The experiments that any run has, in the paper's order; the metrics that any point of one
    // reports, the experiment's own order first.
    std::vector<std::string> experiments() const;
    std::vector<std::string> metrics(const std::string& experiment) const;

    // Takes up the points of an experiment and the values of a metric; once, so that filtering and
    // sorting work on what is there.
    void show(const std::string& experiment, const std::string& metric);
    const std::string& experiment() const { return experiment_; }
    const std::string& metric() const { return metric_; }
    const std::vector<Row>& rows() const { return rows_; }  // by run, in the plan's order

    void set_baseline(Baseline baseline);
    const Baseline& baseline() const { return baseline_; }

    // Indices of the rows whose text holds every word of `filter` and that meet its conditions
    // (row_filter.h: "length>=1024 variant=linear run=monday state=ok value<2"); then, where
    // `group` is the id of a parameter, "variant" or "run", sorted by it.
    std::vector<std::size_t> filtered(const std::string& filter,
                                      const std::string& group = {}) const;

    // The ids of the parameters that are not the same in all these rows, in the order of the
    // schema. A parameter that some variants do not have differs where the others have two values.
    std::vector<std::string> differing(const std::vector<std::size_t>& rows) const;

    // The row that a row is measured by; null where there is none, and for the baseline itself.
    const Row* baseline_of(const Row& row) const;

    // The row's value over its baseline's, and the verdict; unknown without a baseline.
    Compared against(const Row& row) const;

  private:
    std::string baseline_key(const Row& row, bool any_variant) const;
    void add_rows(std::size_t run);
    void index_baseline(std::size_t row);

    std::vector<ComparedRun> runs_;
    std::map<std::string, int, std::less<>> labels_;  // how often each was given
    std::string experiment_, metric_;
    std::vector<Row> rows_;
    std::map<std::string, std::size_t, std::less<>> kinds_;  // point id -> Row::kind
    std::vector<const Point*> kind_points_;                  // one point of each kind
    Baseline baseline_;
    std::map<std::string, std::size_t, std::less<>> baselines_;  // key -> index into rows_
};

}  // namespace slay

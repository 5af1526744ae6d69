// Cells and notes for what was not measured, and the words of captions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "exports/panels.h"
#include "exports/tables/table_model.h"

namespace slay {

// Collects failures while the cells are written; failures of one kind and reason share a note.
class NoteCollector {
  public:
    // The cell of a step without a value: OOM or a dash, with its note. `where`: "L = 65536".
    TableCell cell(const Curve& curve, const std::string& where, const StepValue& value);

    // The notes in the order of their letters, as LaTeX.
    std::vector<std::string> notes() const;

  private:
    struct Note {
        PointState state = PointState::failed;
        std::string reason;
        std::vector<std::string> curves;                         // LaTeX labels, in order
        std::map<std::string, std::vector<std::string>> places;  // by curve
    };
    std::vector<Note> notes_;
    std::map<std::string, int> by_curve_, by_reason_;
};

// The curve's label in LaTeX, with its budget where the variant stands twice.
std::string latex_label(const Curve& curve);

// "Latency (ms)" as LaTeX.
std::string latex_heading(const MetricInfo& metric);

// "$L$" for a parameter with a symbol, else its label.
std::string latex_symbol(const std::string& parameter);

// "NVIDIA H200, layer, forward, float32, ..., seed 0": device and what holds for all points.
std::string latex_setting(const RunRecord& record, const std::vector<const RecordedPoint*>& points,
                          const std::string& x);

// How to read the numbers: interval, seeds, marks.
struct ReadingHelp {
    bool intervals = false, pooled = false, marks = false;
};
std::string latex_reading(const ReadingHelp& help);

}  // namespace slay

// Cells and notes for what was not measured, and the words of captions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "exports/panels.h"
#include "exports/tables/table_model.h"

namespace slay {

// Collects what was not measured, or not well, while the cells are written. Cells of one state
// whose reasons differ in numbers and names only share a note.
class NoteCollector {
  public:
    // The cell of a step without a value: OOM or a dash, with its note.
    TableCell cell(const Curve& curve, const StepValue& value);

    // The note of a figure whose interval is wider than asked for; -1 when it is not.
    int unconverged(const StepValue& value);

    // The note of a figure that stands in spite of something: its reason.
    int remark(const Curve& curve, const StepValue& value);

    // In the order of their letters, as LaTeX.
    std::vector<std::string> notes() const;

  private:
    struct Note {
        PointState state = PointState::failed;
        std::string reason;    // the first one
        bool several = false;  // there are others like it
        bool remark = false;   // beside a figure, not in its place
    };
    int note_for(PointState state, const std::string& reason, const std::string& alike);

    std::vector<Note> notes_;
    std::map<std::string, int> index_;
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

// What a report checks, as data: resources/findings/*.json, compiled in. A finding is a claim with
// the checks that decide it; a check compares one figure of a record with another, or with a bound.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/parameters.h"
#include "engine/core/result.h"

namespace slay {

// One side of a check's ratio.
struct CheckTerm {
    enum class Kind {
        measured,   // the metric of a variant in the record
        published,  // a published number (exports/published.h)
        floor,      // calculated: what the device needs at least for the other side's point
        constant,   // given in the file, in the metric's unit
    };
    Kind kind = Kind::measured;
    std::string variant;    // measured
    std::string published;  // PublishedData::id
    std::string label;      // published: PublishedPoint::label; constant: what it is
    std::string floor;      // "bytes" or "operations"
    double value = 0;       // constant
    Parameters where;       // what the published point has to agree with
};

struct Check {
    std::string label;  // "SLAY (anchor), float32"
    std::string experiment, metric;
    CheckTerm numerator;
    std::optional<CheckTerm> denominator;  // absent: the numerator itself is judged
    Parameters conditions;                 // of the measured points; absent ids may take any value
    std::int64_t length_from = 0;          // takes part from this length on
    std::string device;                    // "cuda": an answer only from a GPU
    std::map<std::string, double> at_least_metric;  // what the points must report: limit_mb >= 79e3
    std::optional<double> low, high;                // accepted where the whole interval is inside
    std::optional<double> aim;                      // better than accepted: this or beyond
    std::string claimed;                            // in words: "10 to 40 times"
    bool decides = true;                            // else it is only shown beside
};

struct Finding {
    std::string id;     // "speed-standard"
    std::string title;  // one line
    std::string claim;  // what is expected, in a sentence
    std::vector<Check> checks;
};

// What a calculated floor takes a device to do, by a word of its name.
struct DeviceFloor {
    std::string match;  // "H200"
    double bytes_per_second = 0, flops = 0, float32_flops = 0;
};

struct FindingSet {
    std::string id;              // the file's stem: "paper"
    std::string title;           // "The paper's expected findings"
    std::string table;           // stem of its table: "claims"
    std::size_t shown_from = 1;  // its table is written where so many checks have a figure
    std::vector<DeviceFloor> devices;
    std::vector<Finding> findings;
};

// All that is compiled in, by file name; a file that cannot be read is a bug and throws.
const std::vector<FindingSet>& finding_sets();
const FindingSet* find_finding_set(std::string_view id);

// Reads one file of resources/findings; an error names the place.
Result<FindingSet> parse_findings(std::string_view json_text, const std::string& id);

}  // namespace slay

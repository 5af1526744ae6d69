// Published numbers (resources/anchors/*.json, compiled in), for overlays and "paper" columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/parameters.h"
#include "engine/core/result.h"

namespace slay {

struct PublishedPoint {
    std::string variant;    // a variant's name where the source's name stands for one
    std::string label;      // the source's own name: "slay", "sdpa-bf16-flash"
    Parameters parameters;  // length, pass, dtype, ... as far as the source states them
    std::string metric;     // a metric id of this program
    double value = 0;       // absent values (out of memory there) are not listed
};

struct PublishedData {
    std::string id;         // the file's stem: "paper-a100-scaling"
    std::string label;      // short, for a legend: "paper, A100"
    std::string source;     // the source in full
    Parameters conditions;  // what holds for all its points: width, heads, batch, causal, lane
    std::vector<PublishedPoint> points;
};

// All that is compiled in, by file name; a file that cannot be read is a bug and throws.
const std::vector<PublishedData>& published_data();
const PublishedData* find_published(std::string_view id);

// Reads one file of resources/anchors.
Result<PublishedData> parse_published(std::string_view json_text, const std::string& id);

}  // namespace slay

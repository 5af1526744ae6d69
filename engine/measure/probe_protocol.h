// What crosses the pipe to the memory probe: one JSON object a line, each way.
#pragma once

#include <string>
#include <string_view>

#include "engine/core/point.h"
#include "engine/core/result.h"

namespace slay {

struct ProbeRequest {
    Point point;
    int threads = 0;         // 0: as LibTorch chooses
    double limit_bytes = 0;  // growth that is let in; 0: no limit
};

std::string to_line(const ProbeRequest& request);
Result<ProbeRequest> parse_probe_request(std::string_view line);

std::string to_line(const PointResult& result);
Result<PointResult> parse_probe_result(std::string_view line);

}  // namespace slay

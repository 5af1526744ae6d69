// The child's half of the memory experiment on a CPU: measures one point in this process.
#pragma once

#include <string>

namespace slay {

// A line of ProbeRequest in, a line of PointResult out; whatever goes wrong is in the latter.
std::string answer_probe(const std::string& request_line);

}  // namespace slay

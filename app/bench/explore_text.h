// A frame of the kernel explorer for people.
#pragma once

#include <string>

#include "engine/explore/explore.h"

namespace slay::bench {

// Tables: the nodes; the kernel, its quadrature and the estimates at some x; row sums; the pattern.
std::string explore_text(const explore::Frame& frame, bool scaled);

}  // namespace slay::bench

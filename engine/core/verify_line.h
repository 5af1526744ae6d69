// One comparison of a verification: one variant, one quantity, against its reference.
#pragma once

#include <functional>
#include <string>

namespace slay {

struct VerifyLine {
    std::string variant;
    std::string subject;        // "output", "grad_q", ...
    std::string where;          // "golden-a" or "float32 B=2 H=3 L=129 d=32 causal"
    double relative_error = 0;  // relative L2 over the rows compared
    double bound = 0;
    bool passed = false;
    std::string note;      // rows left out, backend, or why it was not compared; may be empty
    bool compared = true;  // false: left out for the reason in `note`; passed is true then
};

using VerifyObserver = std::function<void(const VerifyLine&)>;

}  // namespace slay

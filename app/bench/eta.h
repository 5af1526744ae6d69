// How long a run still takes, from its predictions and from how far they were off so far.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/core/point.h"

namespace slay::bench {

class Eta {
  public:
    void add_point(const std::string& id, double predicted_seconds);
    // A point that an earlier session measured: neither done nor to do.
    void leave_out(const std::string& id);
    // `seconds`: of this session, when the point was finished.
    void finish(const std::string& id, double seconds);

    // What remains `seconds` into the session. Never negative.
    double remaining(double seconds) const;

  private:
    std::map<std::string, double> open_;  // point -> predicted seconds
    double open_seconds_ = 0;
    double done_seconds_ = 0;  // predicted, of the points finished in this session
    double last_finish_ = 0;   // measured
};

}  // namespace slay::bench

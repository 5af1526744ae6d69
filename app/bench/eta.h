// How long a run still takes: its predictions, corrected by how far they were off so far.
#pragma once

#include <map>
#include <string>

namespace slay::bench {

class Eta {
  public:
    // Predictions of one experiment may be off in one way, those of another in another.
    void add_point(const std::string& id, const std::string& experiment, double predicted_seconds);
    // A point that an earlier session measured: neither done nor to do.
    void leave_out(const std::string& id);
    // `seconds`: of this session, when the point was finished.
    void finish(const std::string& id, double seconds);

    // What remains `seconds` into the session. Never negative.
    double remaining(double seconds) const;

  private:
    struct Pace {
        double open = 0;      // predicted seconds of the points to do
        double done = 0;      // predicted seconds of the points finished in this session
        double measured = 0;  // seconds these took
    };
    struct OpenPoint {
        std::string experiment;
        double predicted = 0;
    };
    std::map<std::string, OpenPoint> open_;
    std::map<std::string, Pace> paces_;
    double last_finish_ = 0;
};

}  // namespace slay::bench

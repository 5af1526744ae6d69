// A run's progress on standard error: a bar that is redrawn on a terminal, else a line now and
// then.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "app/bench/eta.h"
#include "engine/core/event.h"
#include "engine/core/run_record.h"

namespace slay::bench {

class Progress {
  public:
    Progress(std::string title, bool on_terminal);
    ~Progress();  // takes the bar away
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // What an earlier session of the run left: its plan, and which points are finished.
    void continue_from(const RunRecord& record);
    void show(const Event& event);

  private:
    using Clock = std::chrono::steady_clock;
    void begin(const std::vector<Point>& points);
    void grow(const std::vector<Point>& points);  // the plan got more of them
    void finish(const std::string& id, const PointResult& result);
    void say(const std::string& line);  // above the bar
    void redraw(bool now);
    void erase_bar();
    double seconds() const;
    std::string line() const;

    std::string title_;
    bool on_terminal_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point drawn_{};
    bool bar_shown_ = false;
    std::map<std::string, std::string> names_;  // point -> what to call it
    std::set<std::string> finished_;
    std::size_t total_ = 0, failed_ = 0;
    std::size_t next_tenth_ = 1;  // of the lines without a terminal
    std::string current_;
    Eta eta_;
};

}  // namespace slay::bench

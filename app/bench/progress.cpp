#include "app/bench/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/bench/console.h"
#include "app/bench/point_names.h"
#include "engine/core/units.h"

namespace slay::bench {
namespace {

constexpr auto redraw_interval = std::chrono::milliseconds(100);
constexpr auto line_interval = std::chrono::seconds(30);
constexpr std::size_t bar_width = 24;

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void write_error(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

Progress::Progress(std::string title, bool on_terminal)
    : title_(std::move(title)), on_terminal_(on_terminal) {}

Progress::~Progress() {
    erase_bar();
}

double Progress::seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::begin(const std::vector<Point>& points) {
    start_ = Clock::now();
    if (!on_terminal_) drawn_ = start_;  // what begins is said in a line of its own
    total_ = points.size();
    const PointNames names(points);
    for (const Point& point : points) {
        names_[point.id] = names.name(point);
        eta_.add_point(point.id, point.experiment, point.prediction.seconds);
    }
}

void Progress::grow(const std::vector<Point>& points) {
    const PointNames names(points);
    for (const Point& point : points) {
        if (!names_.emplace(point.id, names.name(point)).second) continue;
        ++total_;
        eta_.add_point(point.id, point.experiment, point.prediction.seconds);
    }
}

void Progress::continue_from(const RunRecord& record) {
    std::vector<Point> points;
    for (const RecordedPoint& recorded : record.points()) points.push_back(recorded.point);
    begin(points);
    for (const RecordedPoint& recorded : record.points()) {
        if (!is_final(recorded.result.state)) continue;
        finished_.insert(recorded.point.id);
        eta_.leave_out(recorded.point.id);
    }
    next_tenth_ = total_ == 0 ? 1 : finished_.size() * 10 / total_ + 1;
    say(fmt::format("{}: {} of {} points are measured already", title_, finished_.size(), total_));
}

void Progress::finish(const std::string& id, const PointResult& result) {
    finished_.insert(id);
    eta_.finish(id, seconds());
    if (is_measured(result.state)) return;
    if (result.state != PointState::unsupported) ++failed_;
    say(fmt::format("{}: {}{}{}", names_[id], to_string(result.state),
                    result.reason.empty() ? "" : ": ", result.reason));
}

void Progress::show(const Event& event) {
    bool now = false;
    if (const auto* started = std::get_if<RunStarted>(&event.body)) {
        begin(started->plan.points);
        say(fmt::format("{}: {} points on {}, predicted {}", title_, total_,
                        started->provenance.device_name,
                        format_duration(started->plan.predicted_seconds)));
        now = true;
    } else if (const auto* added = std::get_if<PointsAdded>(&event.body)) {
        grow(added->points);
    } else if (const auto* reopened = std::get_if<PointReopened>(&event.body)) {
        finished_.erase(reopened->point);
    } else if (const auto* point = std::get_if<PointStarted>(&event.body)) {
        current_ = names_[point->point];
    } else if (const auto* samples = std::get_if<SamplesTaken>(&event.body)) {
        current_ = names_[samples->point];
    } else if (const auto* finished = std::get_if<PointFinished>(&event.body)) {
        finish(finished->point, finished->result);
    } else if (const auto* message = std::get_if<Message>(&event.body)) {
        say(message->text);
    } else if (std::holds_alternative<RunFinished>(event.body)) {
        now = true;
    }
    redraw(now);
}

void Progress::say(const std::string& text) {
    note(text);
    bar_shown_ = false;
}

void Progress::erase_bar() {
    if (bar_shown_) write_error("\r\x1b[K");
    bar_shown_ = false;
}

std::string Progress::line() const {
    std::string text = fmt::format("{} of {}", finished_.size(), total_);
    if (failed_ > 0) text += fmt::format(", {} failed", failed_);
    if (finished_.size() < total_) {
        text += fmt::format(", {} left", format_duration(std::ceil(eta_.remaining(seconds()))));
        if (!current_.empty()) text.append(" - ").append(current_);
    }
    return text;
}

void Progress::redraw(bool now) {
    if (total_ == 0) return;
    const auto time = Clock::now();
    if (on_terminal_) {
        if (!now && time - drawn_ < redraw_interval) return;
        const std::size_t filled = bar_width * finished_.size() / total_;
        std::string text = fmt::format("[{:=<{}}{: <{}}] {:3} %  {}", "", filled, "",
                                       bar_width - filled, 100 * finished_.size() / total_, line());
        text.resize(std::min(text.size(), terminal_width() - 1));
        write_error(fmt::format("\r{}\x1b[K", text));
        bar_shown_ = true;
    } else {
        const bool a_tenth_more = finished_.size() * 10 >= next_tenth_ * total_;
        if (!a_tenth_more && time - drawn_ < line_interval) return;
        next_tenth_ = std::max(next_tenth_, finished_.size() * 10 / total_ + 1);
        note(title_ + ": " + line());
    }
    drawn_ = time;
}

}  // namespace slay::bench

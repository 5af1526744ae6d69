#include "widgets/document/run_document.h"

#include <QThreadPool>
#include <algorithm>
#include <utility>

namespace slay {
namespace {

// A record of many points takes a frame to free: elsewhere, where nobody else holds it.
void let_go(std::shared_ptr<RunRecord> record) {
    constexpr std::size_t many = 500;
    if (record && record->points().size() > many)
        QThreadPool::globalInstance()->start([gone = std::move(record)] {});
}

// The point whose state the event changes; null: of none, or of many.
const std::string* changed_point(const Event& event) {
    if (const auto* started = std::get_if<PointStarted>(&event.body)) return &started->point;
    if (const auto* finished = std::get_if<PointFinished>(&event.body)) return &finished->point;
    if (const auto* reopened = std::get_if<PointReopened>(&event.body)) return &reopened->point;
    return nullptr;
}

}  // namespace

RunDocument::RunDocument(QObject* parent)
    : QObject(parent), record_(std::make_shared<RunRecord>()) {}

const RecordedPoint* RunDocument::in_flight() const {
    return in_flight_.empty() ? nullptr : record_->find(in_flight_.back());
}

bool RunDocument::resumable() const {
    if (live_ || folder_.isEmpty() || !record_->started()) return false;
    return std::any_of(record_->points().begin(), record_->points().end(),
                       [](const RecordedPoint& p) { return !is_final(p.result.state); });
}

void RunDocument::clear() {
    show(std::make_shared<RunRecord>(), {});
}

void RunDocument::begin(const QString& folder) {
    show(std::make_shared<RunRecord>(), folder);
    live_ = true;
    emit live_changed(true);
}

void RunDocument::begin_resumed(const QString& folder) {
    folder_ = folder;
    live_ = true;
    emit live_changed(true);
}

void RunDocument::show(std::shared_ptr<RunRecord> record, QString folder) {
    let_go(std::exchange(record_, std::move(record)));
    folder_ = std::move(folder);
    in_flight_.clear();
    if (std::exchange(live_, false)) emit live_changed(false);
    recount();
    emit reset();
}

void RunDocument::adopt(const std::shared_ptr<RunRecord>& record) {
    if (!record_->started()) record_ = record;
}

void RunDocument::take(const std::vector<Event>& events) {
    std::vector<int> rows;
    bool planned = false, grown = false, other_count = false;
    const auto touched = [&](const std::string& point) {
        if (const int row = row_of(point); row >= 0) rows.push_back(row);
    };
    const auto final_now = [&](const std::string& point) {
        const RecordedPoint* found = record_->find(point);
        return found && is_final(found->result.state) ? 1 : 0;
    };
    for (const Event& event : events) {
        if (const std::string* point = changed_point(event)) {
            const int before = final_now(*point);
            record_->apply(event);
            done_ += final_now(*point) - before;
        } else {
            record_->apply(event);
            other_count = other_count || !std::holds_alternative<SamplesTaken>(event.body);
        }
        if (std::holds_alternative<RunStarted>(event.body)) {
            planned = true;
        } else if (const auto* started = std::get_if<PointStarted>(&event.body)) {
            in_flight_.push_back(started->point);
            touched(started->point);
        } else if (const auto* finished = std::get_if<PointFinished>(&event.body)) {
            std::erase(in_flight_, finished->point);
            touched(finished->point);
        } else if (std::holds_alternative<PointsAdded>(event.body)) {
            grown = true;
        } else if (const auto* reopened = std::get_if<PointReopened>(&event.body)) {
            touched(reopened->point);
        } else if (std::holds_alternative<RunFinished>(event.body)) {
            in_flight_.clear();
        }
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    if (other_count) recount();
    if (planned)
        emit reset();
    else if (grown)
        emit this->grown();
    emit advanced(rows, events);
}

namespace {

bool same_plan(const RunRecord& a, const RunRecord& b) {
    const auto& x = a.points();
    const auto& y = b.points();
    return x.size() == y.size() &&
           std::equal(x.begin(), x.end(), y.begin(),
                      [](const auto& p, const auto& q) { return p.point.id == q.point.id; });
}

std::size_t sample_count(const RecordedPoint& point) {
    std::size_t count = 0;
    for (const auto& [metric, samples] : point.samples) count += samples.values.size();
    return count;
}

}  // namespace

void RunDocument::follow(std::shared_ptr<RunRecord> record, const QString& folder, bool live) {
    const bool known = folder == folder_ && same_plan(*record, *record_);
    const std::shared_ptr<RunRecord> before = std::exchange(record_, std::move(record));
    folder_ = folder;
    in_flight_.clear();
    std::vector<int> rows;
    std::vector<Event> events;
    const auto tell = [&](EventBody body) {
        events.push_back({0, record_->run(), record_->seconds(), std::move(body)});
    };
    for (std::size_t i = 0; i < record_->points().size(); ++i) {
        const RecordedPoint& now = record_->points()[i];
        if (now.result.state == PointState::running) in_flight_.push_back(now.point.id);
        if (!known) continue;
        const RecordedPoint& then = before->points()[i];
        if (now.result.state == then.result.state && sample_count(now) == sample_count(then))
            continue;
        rows.push_back(static_cast<int>(i));
        if (is_final(now.result.state)) tell(PointFinished{now.point.id, now.result});
    }
    for (std::size_t i = known ? before->messages().size() : 0; i < record_->messages().size(); ++i)
        tell(Message{record_->messages()[i].severity, record_->messages()[i].text});
    recount();
    if (std::exchange(live_, live) != live) emit live_changed(live);
    if (!known) emit reset();
    if (!rows.empty() || !events.empty()) emit advanced(rows, events);
}

void RunDocument::end() {
    in_flight_.clear();
    if (std::exchange(live_, false)) emit live_changed(false);
}

int RunDocument::row_of(const std::string& point) const {
    const RecordedPoint* found = record_->find(point);
    return found ? static_cast<int>(found - record_->points().data()) : -1;
}

void RunDocument::recount() {
    done_ = static_cast<int>(
        std::count_if(record_->points().begin(), record_->points().end(),
                      [](const RecordedPoint& p) { return is_final(p.result.state); }));
}

}  // namespace slay

#include "widgets/document/run_document.h"

#include <algorithm>
#include <utility>

namespace slay {

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
    record_ = std::move(record);
    folder_ = std::move(folder);
    in_flight_.clear();
    if (std::exchange(live_, false)) emit live_changed(false);
    recount();
    emit reset();
}

void RunDocument::take(const std::vector<Event>& events) {
    std::vector<int> rows;
    bool planned = false, grown = false;
    const auto touched = [&](const std::string& point) {
        if (const int row = row_of(point); row >= 0) rows.push_back(row);
    };
    for (const Event& event : events) {
        record_->apply(event);
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
    recount();
    if (planned)
        emit reset();
    else if (grown)
        emit this->grown();
    emit advanced(rows, events);
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

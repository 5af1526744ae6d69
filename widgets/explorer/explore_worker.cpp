#include "widgets/explorer/explore_worker.h"

#include <utility>

namespace slay {
namespace {

// Computing of the first frame, and of the next ones: each some times longer, so that all seeds are
// there after a few.
constexpr double first_ms = 6, longer = 4;

}  // namespace

ExploreWorker::ExploreWorker(QObject* parent) : QObject(parent) {
    pool_.setMaxThreadCount(1);
}

ExploreWorker::~ExploreWorker() {
    next_.reset();
    replaced_.request_stop();
    pool_.waitForDone();
}

void ExploreWorker::submit(explore::Request request) {
    if (busy_) {
        next_ = std::move(request);
        replaced_.request_stop();
    } else {
        start(std::move(request));
    }
}

void ExploreWorker::start(explore::Request request) {
    busy_ = true;
    shown_ = false;
    replaced_ = std::stop_source();
    pool_.start([this, request = std::move(request), replaced = replaced_.get_token()] {
        compute(request, replaced);
    });
}

void ExploreWorker::compute(const explore::Request& request, const std::stop_token& replaced) {
    auto exploration = explore::Exploration::begin(request);
    if (!exploration)
        return hand_over(std::make_shared<const Result<explore::Frame>>(exploration.error()), true);
    for (double ms = first_ms;; ms *= longer) {
        exploration->advance(ms, replaced);
        auto frame = std::make_shared<const Result<explore::Frame>>(exploration->frame());
        const bool last = exploration->complete() || replaced.stop_requested();
        hand_over(std::move(frame), last);
        if (last) return;
    }
}

// The destructor waits for this; what is queued then goes with the object.
void ExploreWorker::hand_over(FrameResult frame, bool last) {
    const std::lock_guard lock(mutex_);
    if (!waiting_) QMetaObject::invokeMethod(this, &ExploreWorker::take, Qt::QueuedConnection);
    waiting_ = Waiting{std::move(frame), last};
}

void ExploreWorker::take() {
    Waiting waiting;
    {
        const std::lock_guard lock(mutex_);
        waiting = *std::exchange(waiting_, std::nullopt);
    }
    if (waiting.last) {
        busy_ = false;
        ++computed_;
    }
    // More seeds of a request that was replaced are not worth drawing any more.
    const bool wanted = !shown_ || !next_;
    shown_ = true;
    if (waiting.last && next_) start(*std::exchange(next_, std::nullopt));
    if (wanted) emit computed(waiting.frame);
}

}  // namespace slay

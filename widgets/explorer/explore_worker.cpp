#include "widgets/explorer/explore_worker.h"

#include <QPointer>
#include <utility>

namespace slay {

ExploreWorker::ExploreWorker(QObject* parent) : QObject(parent) {
    pool_.setMaxThreadCount(1);
}

ExploreWorker::~ExploreWorker() {
    next_.reset();
    pool_.waitForDone();
}

void ExploreWorker::submit(explore::Request request) {
    if (busy_)
        next_ = std::move(request);
    else
        start(std::move(request));
}

void ExploreWorker::start(explore::Request request) {
    busy_ = true;
    pool_.start([this, request = std::move(request)] {
        auto frame = std::make_shared<const Result<explore::Frame>>(explore::explore(request));
        // The destructor waits for this; what is queued then goes with the object.
        QMetaObject::invokeMethod(
            this, [this, frame] { take(frame); }, Qt::QueuedConnection);
    });
}

void ExploreWorker::take(const FrameResult& frame) {
    busy_ = false;
    ++computed_;
    if (next_) start(*std::exchange(next_, std::nullopt));
    emit computed(frame);
}

}  // namespace slay

// Computes frames of the explorer off the window's thread. A request's first frame comes soon, of
// as many seeds as there was time for, and further ones follow until all seeds are in. The latest
// request wins: those that come while a first frame is computed are replaced by the next, and what
// a request that was replaced would still add is left.
#pragma once

#include <QObject>
#include <QThreadPool>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "engine/explore/explore.h"

namespace slay {

using FrameResult = std::shared_ptr<const Result<explore::Frame>>;

class ExploreWorker : public QObject {
    Q_OBJECT

  public:
    explicit ExploreWorker(QObject* parent = nullptr);
    ~ExploreWorker() override;

    void submit(explore::Request request);
    bool busy() const { return busy_; }  // until the last request's last frame was handed over
    int computed_requests() const { return computed_; }

  signals:
    void computed(const slay::FrameResult& frame);  // on the thread of this object

  private:
    void start(explore::Request request);
    void compute(const explore::Request& request, const std::stop_token& replaced);
    void hand_over(FrameResult frame, bool last);
    void take();

    QThreadPool pool_;
    bool busy_ = false, shown_ = false;  // shown: a frame of the request that is computed
    int computed_ = 0;
    std::optional<explore::Request> next_;
    std::stop_source replaced_;
    // From the pool's thread to this object's: the latest frame, while it waits to be taken.
    struct Waiting {
        FrameResult frame;
        bool last = false;
    };
    std::mutex mutex_;
    std::optional<Waiting> waiting_;
};

}  // namespace slay

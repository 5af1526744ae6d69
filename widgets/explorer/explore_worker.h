// Computes frames of the explorer off the window's thread. The latest request wins: while one is
// computed, those that come are replaced by the next, and none is waited for.
#pragma once

#include <QObject>
#include <QThreadPool>
#include <memory>
#include <optional>

#include "engine/explore/explore.h"

namespace slay {

using FrameResult = std::shared_ptr<const Result<explore::Frame>>;

class ExploreWorker : public QObject {
    Q_OBJECT

  public:
    explicit ExploreWorker(QObject* parent = nullptr);
    ~ExploreWorker() override;

    void submit(explore::Request request);
    bool busy() const { return busy_; }
    int computed_frames() const { return computed_; }

  signals:
    void computed(const slay::FrameResult& frame);  // on the thread of this object

  private:
    void start(explore::Request request);
    void take(const FrameResult& frame);

    QThreadPool pool_;
    bool busy_ = false;
    int computed_ = 0;
    std::optional<explore::Request> next_;
};

}  // namespace slay

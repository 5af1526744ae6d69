// The plan of the edited spec, made anew a moment after each edit, off the window's thread.
#pragma once

#include <QObject>
#include <QTimer>
#include <cstdint>
#include <memory>

#include "engine/core/plan.h"

namespace slay {

class PlanEstimator : public QObject {
    Q_OBJECT

  public:
    static constexpr int delay_ms = 120;

    explicit PlanEstimator(QObject* parent = nullptr);

    void set_spec(const SweepSpec& spec);
    void set_rates(const DeviceRates& rates);
    const std::shared_ptr<const Result<Plan>>& plan() const { return plan_; }  // null: none yet

  signals:
    void planned();

  private:
    void compute();

    SweepSpec spec_;
    DeviceRates rates_;
    QTimer timer_;
    std::uint64_t generation_ = 0;
    std::shared_ptr<const Result<Plan>> plan_;
};

}  // namespace slay

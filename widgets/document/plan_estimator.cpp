#include "widgets/document/plan_estimator.h"

#include <utility>

#include "widgets/document/background.h"

namespace slay {

PlanEstimator::PlanEstimator(QObject* parent) : QObject(parent) {
    timer_.setSingleShot(true);
    timer_.setInterval(delay_ms);
    connect(&timer_, &QTimer::timeout, this, &PlanEstimator::compute);
}

void PlanEstimator::set_spec(const SweepSpec& spec) {
    spec_ = spec;
    ++generation_;
    timer_.start();
}

void PlanEstimator::set_rates(const DeviceRates& rates) {
    rates_ = rates;
    ++generation_;
    timer_.start();
}

void PlanEstimator::compute() {
    in_background(
        this,
        [spec = spec_, rates = rates_] {
            return std::shared_ptr<const Result<Plan>>(
                std::make_shared<Result<Plan>>(make_plan(spec, rates)));
        },
        [this, generation = generation_](std::shared_ptr<const Result<Plan>> plan) {
            if (generation != generation_) return;  // edited again meanwhile
            plan_ = std::move(plan);
            emit planned();
        });
}

}  // namespace slay

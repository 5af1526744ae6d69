// A budget that was found with the kernel explorer, as an axis of a sweep, and back.
#pragma once

#include <cstdint>
#include <string>

#include "engine/core/result.h"
#include "engine/core/sweep_spec.h"

namespace slay {

struct ExploredBudget {
    std::int64_t nodes = 2, prf_features = 16, poly_features = 32;  // R, M, P
    double epsilon = 1e-6;
    std::int64_t head_dim = 32;  // d
    std::int64_t seed = 0;
    std::string variant = "yat-performer-anchor";  // takes part in the sweep
    bool operator==(const ExploredBudget&) const = default;
};

enum class BudgetAxis {
    around,  // M from a quarter to four times, R, P and epsilon held: an axis of five budgets
    only,    // this budget alone
    add,     // its values join those that the axes have
};

// The sweep with the budget on its axes nodes, prf_features, poly_features and epsilons; no choice
// of variants, scale or override holds one of them any more. `shape`: also the width that gives
// heads of dimension d, and the seed. Everything else stays. An error says why the shape cannot be
// taken over.
Result<SweepSpec> with_explored_budget(SweepSpec spec, const ExploredBudget& budget, BudgetAxis how,
                                       bool shape = false);

// The budget that a sweep names: the middle value of each axis (the lower one of two), the default
// where it names none.
ExploredBudget explored_budget_of(const SweepSpec& spec);

}  // namespace slay

// The columns of a budget: R, M, P, and epsilon where it is swept.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/core/run_record.h"
#include "exports/tables/table_model.h"

namespace slay {

inline constexpr std::array budget_ids{"nodes", "prf_features", "poly_features", "epsilon"};

// The parameter ids that get a column: those that the points have; epsilon where it varies.
std::vector<std::string> budget_columns(const std::vector<const RecordedPoint*>& points);

// The heads of a table of budgets: the variant, the parameters, the metrics.
std::vector<TableColumn> budget_heads(const RunRecord& record,
                                      const std::vector<std::string>& parameters,
                                      const std::vector<std::string>& metrics);

// A whole number, without an interval.
TableCell whole_cell(double value);

// One parameter of one point; empty where its variant has none.
TableCell budget_cell(const RecordedPoint& point, const std::string& id);

}  // namespace slay

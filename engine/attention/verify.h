// Is the arithmetic right on this device? Golden files, the conformance grid, and the gate before a
// first timing. Torch-free.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/data_type.h"
#include "engine/core/parameters.h"
#include "engine/core/result.h"
#include "engine/core/verify_line.h"

namespace slay {

// `device`: "cpu", "cuda", "cuda:1" or "auto". Every variant of the file, or those of them that
// `variants` names, in float32: output and
// gradients, as the README beside the golden files says (gradients of the signed variants against
// finite differences, since a few rows with a denominator near zero own the golden ones).
Result<std::vector<VerifyLine>> verify_golden(const std::string& path, const std::string& device,
                                              const std::vector<std::string>& variants = {},
                                              const VerifyObserver& observe = {},
                                              std::stop_token stop = {});

// One shape and feature budget, in both directions; a variant takes what it has a parameter for.
struct ConformanceShape {
    std::int64_t batch = 1, heads = 1, length = 1, head_dim = 64;
    std::int64_t nodes = 2, prf_features = 16, poly_features = 32;
};

// What the kernels cover, B H 1 to 64, d 16 to 128, R 1 to 8, M 8 to 64 and P 4 to 64, each value
// at least once; and two budgets that they refuse.
std::vector<ConformanceShape> kernel_shapes();

struct ConformanceGrid {
    std::vector<std::int64_t> lengths{1, 2, 37, 129, 300};
    std::vector<std::int64_t> head_dims{4, 20, 64, 128};
    std::vector<DataType> types{DataType::float64, DataType::float32, DataType::bfloat16,
                                DataType::float16};
    std::vector<std::string> variants;  // empty: all
    std::int64_t batch = 2;
    std::int64_t heads = 3;
    std::vector<ConformanceShape> shapes;  // beside these, at the types but float64
};

// Registry x type x shapes x causal: production against plain form, outputs and gradients, on fresh
// memory that was filled with NaN.
Result<std::vector<VerifyLine>> verify_conformance(const std::string& device,
                                                   const ConformanceGrid& grid = {},
                                                   const VerifyObserver& observe = {},
                                                   std::stop_token stop = {});

struct GateRequest {
    std::string variant;
    Parameters parameters;  // the variant's own
    std::int64_t head_dim = 32;
    bool causal = true;
    DataType type = DataType::float32;
    std::string device = "cpu";
    std::uint64_t seed = 0;
};

// The implementation error of a variant before its first timing: worst of output and gradients, as
// a fraction of the stated bound.
struct GateResult {
    double output_error = 0;
    double output_bound = 0;
    double gradient_error = 0;
    double gradient_bound = 0;
    bool passed() const {  // NaN fails
        return output_error <= output_bound && gradient_error <= gradient_bound;
    }
};

Result<GateResult> conformance_gate(const GateRequest& request);

}  // namespace slay

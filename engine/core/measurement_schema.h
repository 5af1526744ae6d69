// The rows of Measurement with the member that each one sets.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/core/sweep_spec.h"

namespace slay {

struct MeasurementField {
    std::variant<std::string Measurement::*, bool Measurement::*, int Measurement::*,
                 double Measurement::*>
        member;
    ParameterInfo info;
};

const std::vector<MeasurementField>& measurement_fields();
ParameterValue get_field(const Measurement& measurement, const MeasurementField& field);
void set_field(Measurement& measurement, const MeasurementField& field,
               const ParameterValue& value);  // as accept_value gave it

}  // namespace slay

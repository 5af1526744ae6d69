// The values of a sweep axis as people type them: "256, 512, 1024", or "256..32768" by doubling.
#pragma once

#include <QString>
#include <vector>

#include "engine/core/parameters.h"
#include "engine/core/result.h"

namespace slay {

QString axis_text(const std::vector<ParameterValue>& values);

// An empty text is an empty axis: the default holds. Errors name the word and what was expected.
Result<std::vector<ParameterValue>> parse_axis(const ParameterInfo& info, const QString& text);

}  // namespace slay

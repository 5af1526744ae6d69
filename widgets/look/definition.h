// What the paper calls things, for tooltips: a variant's formula and a parameter's definition, set
// as mathematics reads.
#pragma once

#include <QString>

#include "engine/core/parameters.h"
#include "engine/core/variant_info.h"

namespace slay {

// "x^2 / (C - 2x), sqrt(w_r) (x) prf_r(u)" with the letters and signs of print.
QString as_printed(const QString& formula);

// Rich text of escaped words: label, name, formula, how time grows, and what a signed estimate
// means.
QString definition_tip(const VariantInfo& variant);

// The paper's definition of R, M, P, epsilon and L; empty for the others.
QString paper_definition(const std::string& parameter);

// The definition, else the parameter's own help: plain text.
QString definition_of(const ParameterInfo& parameter);

}  // namespace slay

// One table as a document of its venue's page.
#pragma once

#include <string>

#include "exports/paper/paper_choice.h"

namespace slay {

// For pdflatex: the columns, the type and the packages of the venue's page, and nothing but the
// table (`table_tex`, as PaperPlan::table_tex gives it) on it.
std::string table_document(const std::string& table_tex, const PaperChoice& choice);

}  // namespace slay

// The one thing in Qt's PDF files that changes from run to run.
#pragma once

#include <string>

namespace slay {

// The same PDF with `created` (ISO 8601, UTC) as its creation date, or without a date when that is
// empty or no date; the cross-reference table is moved accordingly. A file that is not built as Qt
// builds it is returned as it is.
std::string with_pdf_date(std::string pdf, const std::string& created);

}  // namespace slay

#include "exports/check/pdf_check.h"

namespace slay {
namespace {

constexpr const char* reason = "this program was built without poppler (libpoppler-cpp-dev)";

}  // namespace

bool can_read_pdf() {
    return false;
}

FileCheck check_pdf(const std::string& path, const std::string&, const PageRule&,
                    const FigureData*) {
    FileCheck out{path, {}};
    for (const PaperRule& rule : paper_rules())
        out.rules.push_back({rule.id, RuleAnswer::unknown, reason});
    return out;
}

Result<PdfImage> draw_pdf(const std::string&, double, int) {
    return Error{ErrorKind::no_input, reason};
}

Result<int> count_pages(const std::string&) {
    return Error{ErrorKind::no_input, reason};
}

}  // namespace slay

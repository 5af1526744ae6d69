// PDF files looked into and drawn, by poppler. No Qt; on any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/result.h"
#include "exports/paper/paper_check.h"

namespace slay {

// Whether this program was built with poppler; without it nothing below works, and says so.
bool can_read_pdf();

// A PDF's bytes against every rule. `data`: the figure in it, whose curves are then compared with
// each other in grey; null for a document, of which only text and colours are judged. What cannot
// be read fails every rule.
FileCheck check_pdf(const std::string& path, const std::string& bytes, const PageRule& rule,
                    const FigureData* data = nullptr);

// 0xAARRGGBB, row by row from the top, on white.
struct PdfImage {
    int width = 0, height = 0;
    std::vector<std::uint32_t> pixels;
};
// One page (0 is the first). Errors: not a PDF, no such page, an image of more than 64 million
// pixels, built without poppler.
Result<PdfImage> draw_pdf(const std::string& bytes, double dots_per_inch, int page = 0);
Result<int> count_pages(const std::string& bytes);

}  // namespace slay

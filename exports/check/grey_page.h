// A drawn page as a grey print would show it.
#pragma once

#include <cstdint>
#include <vector>

#include "exports/check/pdf_check.h"

namespace slay {

// In points from the upper left corner of the page.
struct PageBox {
    double left = 0, top = 0, right = 0, bottom = 0;
};

class GreyPage {
  public:
    static constexpr double least_text_contrast = 4.5;  // WCAG AA

    // The image outlives it.
    GreyPage(const PdfImage& image, double dots_per_inch);

    // Contrast (1 to 21) between the darkest and the lightest of a box, as grey; 21 for an empty
    // box.
    double text_contrast(const PageBox& box) const;

    // From the leftmost to the rightmost dot that is not white, in inches; 0 for an empty page.
    double content_inches() const;

    // Strong colours that cover a part worth noticing and have hardly any contrast with white in
    // grey, such as pure yellow; 0xRRGGBB.
    std::vector<std::uint32_t> lost_colours() const;

  private:
    double luminance(std::uint32_t pixel) const;

    const PdfImage& image_;
    double per_point_;
    std::vector<double> linear_;  // of a byte of sRGB
};

}  // namespace slay

#include "exports/check/grey_page.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace slay {
namespace {

constexpr double least_colour_contrast = 1.2;  // with white
constexpr int least_chroma = 90;               // of 255; bands behind curves are paler
constexpr double least_share = 2e-4;           // of the page

}  // namespace

GreyPage::GreyPage(const PdfImage& image, double dots_per_inch)
    : image_(image), per_point_(dots_per_inch / 72) {
    for (int i = 0; i < 256; ++i) {
        const double value = i / 255.0;
        linear_.push_back(value <= 0.04045 ? value / 12.92
                                           : std::pow((value + 0.055) / 1.055, 2.4));
    }
}

double GreyPage::luminance(std::uint32_t pixel) const {
    return 0.2126 * linear_[(pixel >> 16) & 0xFF] + 0.7152 * linear_[(pixel >> 8) & 0xFF] +
           0.0722 * linear_[pixel & 0xFF];
}

double GreyPage::text_contrast(const PageBox& box) const {
    const auto at = [&](double points, int most) {
        return std::clamp(static_cast<int>(std::lround(points * per_point_)), 0, most);
    };
    const int left = at(box.left, image_.width), right = at(box.right, image_.width);
    const int top = at(box.top, image_.height), bottom = at(box.bottom, image_.height);
    double darkest = 1, lightest = 0;
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) {
            const double value = luminance(
                image_.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) +
                              static_cast<std::size_t>(x)]);
            darkest = std::min(darkest, value);
            lightest = std::max(lightest, value);
        }
    if (darkest > lightest) return 21;
    // Rules and blanks have text boxes too: one grey alone is not text.
    if (right - left < 2 || bottom - top < 2) return 21;
    return (lightest + 0.05) / (darkest + 0.05);
}

double GreyPage::content_inches() const {
    constexpr double white = 0.9;
    int left = image_.width, right = -1;
    for (int y = 0; y < image_.height; ++y)
        for (int x = 0; x < image_.width; ++x) {
            if (luminance(image_.pixels[static_cast<std::size_t>(y) *
                                            static_cast<std::size_t>(image_.width) +
                                        static_cast<std::size_t>(x)]) > white)
                continue;
            left = std::min(left, x);
            right = std::max(right, x);
        }
    return right < left ? 0 : (right - left + 1) / (72 * per_point_);
}

std::vector<std::uint32_t> GreyPage::lost_colours() const {
    std::map<std::uint32_t, std::size_t> counts;  // by five bits a channel
    const auto at = [&](int x, int y) {
        return image_.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) +
                             static_cast<std::size_t>(x)] &
               0xF8F8F8u;
    };
    for (int y = 1; y + 1 < image_.height; ++y)
        for (int x = 1; x + 1 < image_.width; ++x) {
            const std::uint32_t pixel = at(x, y);
            const auto [low, high] =
                std::minmax({(pixel >> 16) & 0xFFu, (pixel >> 8) & 0xFFu, pixel & 0xFFu});
            if (static_cast<int>(high - low) < least_chroma) continue;
            // Not the soft edge of something else.
            if (at(x - 1, y) == pixel && at(x + 1, y) == pixel && at(x, y - 1) == pixel &&
                at(x, y + 1) == pixel)
                ++counts[pixel];
        }
    std::vector<std::uint32_t> out;
    for (const auto& [colour, count] : counts) {
        if (static_cast<double>(count) < least_share * static_cast<double>(image_.pixels.size()))
            continue;
        if (1.05 / (luminance(colour | 0x070707) + 0.05) < least_colour_contrast)
            out.push_back(colour | 0x070707);
    }
    return out;
}

}  // namespace slay

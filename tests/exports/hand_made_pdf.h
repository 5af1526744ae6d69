// A PDF written by hand, to break a rule of the venues' check with.
#pragma once

#include <string>
#include <vector>

namespace slay::testing {

inline const std::string loose_font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
inline const std::string bitmap_font =
    "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 500 500] /FontMatrix [0.001 0 0 0.001 0 0]"
    " /CharProcs << /a 6 0 R >> /Encoding << /Type /Encoding /Differences [97 /a] >>"
    " /FirstChar 97 /LastChar 97 /Widths [500] /Resources << >> >>";

// One page of `width` by 208.8 points; `content` is drawn with the font object as /F1.
inline std::string hand_made_pdf(const std::string& content, const std::string& font,
                                 int width = 234) {
    const std::vector<std::string> objects{
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + std::to_string(width) +
            " 208.8] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        "<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "\nendstream",
        font,
        "<< /Length 42 >>\nstream\n500 0 0 0 500 500 d1 0 0 500 500 re f    \nendstream"};
    std::string out = "%PDF-1.4\n";
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        places.push_back(out.size());
        out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
    }
    const std::size_t table = out.size();
    out += "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
    for (const std::size_t place : places) {
        const std::string digits = std::to_string(place);
        out += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
    }
    return out + "trailer << /Root 1 0 R /Size " + std::to_string(objects.size() + 1) +
           " >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
}

}  // namespace slay::testing

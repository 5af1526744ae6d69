#include "exports/check/pdf_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poppler-document.h>
#include <poppler-font.h>
#include <poppler-global.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <set>

#include "engine/core/units.h"
#include "exports/check/grey_page.h"

namespace slay {
namespace {

using Document = std::unique_ptr<poppler::document>;

constexpr double most_pixels = 64e6;
constexpr double grey_dpi = 300;
constexpr int most_grey_pages = 12;
constexpr double least_mark_points = 4.9;  // exponents, note letters

Document open(const std::string& bytes) {
    static std::once_flag quiet;
    std::call_once(quiet, [] {
        poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
    });
    if (!bytes.starts_with("%PDF")) return nullptr;
    Document document(
        poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size())));
    if (!document || document->is_locked() || document->pages() < 1) return nullptr;
    return document;
}

const char* type_name(poppler::font_info::type_enum type) {
    using Info = poppler::font_info;
    switch (type) {
        case Info::type1:
            return "Type 1";
        case Info::type1c:
        case Info::type1c_ot:
            return "Type 1C";
        case Info::type3:
            return "Type 3";
        case Info::truetype:
        case Info::truetype_ot:
            return "TrueType";
        case Info::cid_type0:
            return "CID Type 0";
        case Info::cid_type0c:
        case Info::cid_type0c_ot:
            return "CID Type 0C";
        case Info::cid_truetype:
        case Info::cid_truetype_ot:
            return "CID TrueType";
        case Info::unknown:
            break;
    }
    return "an unknown type";
}

// Without the six letters that tell subsets apart.
std::string plain_name(const std::string& name) {
    constexpr std::size_t mark = 6;
    if (name.size() > mark + 1 && name[mark] == '+') return name.substr(mark + 1);
    return name.empty() ? "a font without a name" : name;
}

std::string joined(const std::vector<std::string>& parts) {
    constexpr std::size_t most = 6;
    if (parts.size() <= most) return fmt::format("{}", fmt::join(parts, "; "));
    return fmt::format("{}; and {} more", fmt::join(parts.begin(), parts.begin() + most, "; "),
                       parts.size() - most);
}

RuleResult answer(const char* rule, const std::vector<std::string>& wrong, std::string right) {
    if (wrong.empty()) return {rule, RuleAnswer::passed, std::move(right)};
    return {rule, RuleAnswer::failed, joined(wrong)};
}

void check_fonts(const poppler::document& document, FileCheck& out) {
    std::vector<std::string> loose, bitmaps, names;
    for (const poppler::font_info& font : document.fonts()) {
        const std::string name =
            fmt::format("{}, {}", plain_name(font.name()), type_name(font.type()));
        names.push_back(name);
        // The glyphs of a Type 3 font are in the file, whatever is said of embedding.
        if (font.type() == poppler::font_info::type3)
            bitmaps.push_back(name);
        else if (!font.is_embedded())
            loose.push_back(name + ", is not in the file");
    }
    const std::string all = names.empty() ? "no text" : joined(names);
    out.rules.push_back(answer("embedded", loose, all));
    out.rules.push_back(answer("type3", bitmaps, all));
}

Result<PdfImage> draw(poppler::document& document, double dots_per_inch, int at) {
    if (at < 0 || at >= document.pages())
        return Error{ErrorKind::usage, fmt::format("the PDF has no page {}", at + 1)};
    const std::unique_ptr<poppler::page> page(document.create_page(at));
    if (!page) return Error{ErrorKind::bad_data, "the PDF's page cannot be read"};
    const poppler::rectf box = page->page_rect(poppler::crop_box);
    if (box.width() * box.height() * dots_per_inch * dots_per_inch / 5184 > most_pixels)
        return Error{ErrorKind::usage, "the page would be too large to draw"};
    poppler::page_renderer renderer;
    renderer.set_render_hint(poppler::page_renderer::antialiasing);
    renderer.set_render_hint(poppler::page_renderer::text_antialiasing);
    renderer.set_paper_color(0xFFFFFFFF);
    renderer.set_image_format(poppler::image::format_argb32);
    const poppler::image image = renderer.render_page(page.get(), dots_per_inch, dots_per_inch);
    if (!image.is_valid()) return Error{ErrorKind::bad_data, "the PDF's page cannot be drawn"};
    PdfImage out{image.width(), image.height(), {}};
    out.pixels.reserve(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));
    for (int y = 0; y < out.height; ++y) {
        const auto* row = reinterpret_cast<const std::uint32_t*>(
            image.const_data() + static_cast<std::ptrdiff_t>(y) * image.bytes_per_row());
        out.pixels.insert(out.pixels.end(), row, row + out.width);
    }
    return out;
}

void check_size(poppler::document& document, const PageRule& rule, FileCheck& out) {
    std::vector<std::string> wrong;
    std::string found;
    double widest = 0;
    for (int i = 0; i < document.pages(); ++i) {
        const std::unique_ptr<poppler::page> page(document.create_page(i));
        if (!page) continue;
        const poppler::rectf box = page->page_rect(poppler::crop_box);
        const double width = box.width() / 72, height = box.height() / 72;
        if (i == 0) found = fmt::format("{:.3g} x {:.3g} in", width, height);
        const auto off = [](double is, double wanted) {
            return wanted > 0 && std::abs(is - wanted) > 0.015;  // about a point
        };
        if (off(width, rule.width_inches) || off(height, rule.height_inches))
            wrong.push_back(fmt::format("page {} is {:.3f} x {:.3f} in, not {:.3g} x {:.3g}", i + 1,
                                        width, height, rule.width_inches, rule.height_inches));
        if (!(rule.text_inches > 0)) continue;
        const auto image = draw(document, 100, i);
        if (!image) continue;  // said by the rule of grey
        const double content = GreyPage(*image, 100).content_inches();
        widest = std::max(widest, content);
        if (content > rule.text_inches + 0.03)
            wrong.push_back(
                fmt::format("page {} is {:.2f} in wide from edge to edge, {:.4g} in is "
                            "the text",
                            i + 1, content, rule.text_inches));
    }
    if (rule.text_inches > 0)
        found = fmt::format("{:.2f} in wide, {:.4g} in is the text", widest, rule.text_inches);
    out.rules.push_back(answer("size", wrong, found));
}

struct Word {
    std::string text;
    double points = 0;
    poppler::rectf box;
};

std::vector<Word> words_of(const poppler::page& page) {
    std::vector<Word> out;
    for (const poppler::text_box& box : page.text_list(poppler::page::text_list_include_font)) {
        const poppler::byte_array utf8 = box.text().to_utf8();
        out.push_back({std::string(utf8.begin(), utf8.end()),
                       box.has_font_info() ? box.get_font_size() : 0, box.bbox()});
    }
    return out;
}

std::size_t letters(const std::string& utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

void check_text_size(const std::vector<std::vector<Word>>& pages, const PageRule& rule,
                     FileCheck& out) {
    std::vector<std::string> wrong;
    double smallest = 1e9;
    for (std::size_t i = 0; i < pages.size(); ++i)
        for (const Word& word : pages[i]) {
            if (!(word.points > 0)) continue;
            // A TeX point is a 72.27th of an inch.
            const bool mark = letters(word.text) <= 2;
            const double least = mark ? least_mark_points : rule.least_points * 72 / 72.27 - 0.01;
            if (!mark) smallest = std::min(smallest, word.points);
            if (word.points < least)
                wrong.push_back(fmt::format("\u201c{}\u201d on page {} has {:.2f} pt",
                                            clean_text(word.text, 40), i + 1, word.points));
        }
    out.rules.push_back(answer(
        "text", wrong, smallest < 1e9 ? fmt::format("smallest {:.1f} pt", smallest) : "no text"));
}

void check_grey(poppler::document& document, const std::vector<std::vector<Word>>& pages,
                const FigureData* data, FileCheck& out) {
    std::vector<std::string> wrong;
    const int count = std::min(document.pages(), most_grey_pages);
    for (int i = 0; i < count; ++i) {
        const auto image = draw(document, grey_dpi, i);
        if (!image) {
            wrong.push_back(image.error().message);
            continue;
        }
        const GreyPage grey(*image, grey_dpi);
        for (const Word& word : pages[static_cast<std::size_t>(i)]) {
            const double contrast = grey.text_contrast(
                {word.box.left(), word.box.top(), word.box.right(), word.box.bottom()});
            if (contrast < GreyPage::least_text_contrast)
                wrong.push_back(fmt::format(
                    "\u201c{}\u201d on page {} has a contrast of {:.1f}, "
                    "{:.1f} asked for",
                    clean_text(word.text, 40), i + 1, contrast, GreyPage::least_text_contrast));
        }
        for (const std::uint32_t colour : grey.lost_colours())
            wrong.push_back(fmt::format("the colour #{:06X} on page {} is lost on white",
                                        colour & 0xFFFFFFu, i + 1));
    }
    if (data)
        for (const std::string& problem : grey_problems(*data)) wrong.push_back(problem);
    std::string right = data ? "text and curves" : "text and colours";
    if (document.pages() > count) right += fmt::format(" of the first {} pages", count);
    out.rules.push_back(answer("grey", wrong, right));
}

}  // namespace

bool can_read_pdf() {
    return true;
}

FileCheck check_pdf(const std::string& path, const std::string& bytes, const PageRule& rule,
                    const FigureData* data) {
    FileCheck out{path, {}};
    const Document document = open(bytes);
    if (!document) {
        for (const PaperRule& each : paper_rules())
            out.rules.push_back({each.id, RuleAnswer::failed, "this is no PDF that can be read"});
        return out;
    }
    std::vector<std::vector<Word>> pages;
    for (int i = 0; i < document->pages(); ++i) {
        const std::unique_ptr<poppler::page> page(document->create_page(i));
        pages.push_back(page ? words_of(*page) : std::vector<Word>());
    }
    check_fonts(*document, out);
    check_size(*document, rule, out);
    check_text_size(pages, rule, out);
    check_grey(*document, pages, data, out);
    return out;
}

Result<PdfImage> draw_pdf(const std::string& bytes, double dots_per_inch, int page) {
    const Document document = open(bytes);
    if (!document) return Error{ErrorKind::bad_data, "this is no PDF that can be read"};
    return draw(*document, dots_per_inch, page);
}

Result<int> count_pages(const std::string& bytes) {
    const Document document = open(bytes);
    if (!document) return Error{ErrorKind::bad_data, "this is no PDF that can be read"};
    return document->pages();
}

}  // namespace slay

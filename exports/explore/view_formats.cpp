#include <array>
#include <utility>

#include "exports/explore/export_views.h"

namespace slay {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> endings{
    {{"pdf", ".pdf"}, {"svg", ".svg"}, {"png", ".png"}, {"pgfplots", ".tex"}, {"csv", ".csv"}}};

}  // namespace

const std::vector<std::string>& view_formats() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const auto& [format, ending] : endings) out.emplace_back(format);
        return out;
    }();
    return names;
}

std::string_view view_ending(std::string_view format) {
    for (const auto& [name, ending] : endings)
        if (name == format) return ending;
    return {};
}

}  // namespace slay

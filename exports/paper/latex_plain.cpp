#include "exports/paper/latex_plain.h"

#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

#include "exports/latex_text.h"

namespace slay {
namespace {

// Commands with a meaning of their own; all others set type, and their argument is the text.
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> commands{{
    {"textbackslash", "\\"},
    {"textasciicircum", "^"},
    {"textasciitilde", "~"},
    {"textless", "<"},
    {"textgreater", ">"},
    {"textbar", "|"},
    {"ge", "\u2265"},
    {"le", "\u2264"},
    {"geq", "\u2265"},
    {"leq", "\u2264"},
    {"approx", "\u2248"},
    {"pm", "\u00b1"},
    {"times", "\u00d7"},
    {"cdot", "\u00b7"},
    {"infty", "\u221e"},
    {"ell", "\u2113"},
    {"sqrt", "\u221a"},
    {"to", "\u2192"},
    {"rightarrow", "\u2192"},
    {"leftarrow", "\u2190"},
    {"uparrow", "\u2191"},
    {"downarrow", "\u2193"},
    {"ldots", "\u2026"},
    {"bullet", "\u2022"},
    {"circ", "\u00b0"},
    {"dagger", "\u2020"},
    {"ddagger", "\u2021"},
    {"S", "\u00a7"},
    {"pounds", "\u00a3"},
    {"copyright", "\u00a9"},
    {"textregistered", "\u00ae"},
    {"texttrademark", "\u2122"},
    {"guillemotleft", "\u00ab"},
    {"par", " "},
}};

// Their argument is not text.
constexpr std::array<std::string_view, 6> silent{"hspace", "vspace", "setlength",
                                                 "label",  "color",  "phantom"};

std::string_view plain_of(std::string_view command) {
    for (const auto& [name, text] : commands)
        if (name == command) return text;
    return {};
}

class Reader {
  public:
    explicit Reader(std::string_view latex) : latex_(latex) {}

    std::string read() {
        while (at_ < latex_.size()) step();
        return tidy();
    }

  private:
    char next() const { return at_ < latex_.size() ? latex_[at_] : '\0'; }

    void step() {
        const char c = latex_[at_++];
        switch (c) {
            case '\\':
                command();
                return;
            case '{':
            case '}':
            case '$':
                return;
            case '~':
                out_ += ' ';
                return;
            case '^':
                superscript();
                return;
            case '_':
                return;
            case '-':
                dashes();
                return;
            case '`':
                quotes('`', "\u201c", "\u2018");
                return;
            case '\'':
                quotes('\'', "\u201d", "\u2019");
                return;
            default:
                out_ += c;
        }
    }

    void dashes() {
        int count = 1;
        for (; next() == '-'; ++at_) ++count;
        out_ += count == 1 ? "-" : count == 2 ? "\u2013" : "\u2014";
    }

    void quotes(char mark, std::string_view twice, std::string_view once) {
        const bool two = next() == mark;
        if (two) ++at_;
        out_ += two ? twice : once;
    }

    // Digits as such, anything else after a mark.
    void superscript() {
        static constexpr std::array<std::string_view, 10> digits{
            "\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
            "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
        const std::size_t begin = at_;
        if (next() == '{') ++at_;
        std::string raised;
        if (next() == '-') {
            raised = "\u207b";
            ++at_;
        }
        bool any = false;
        while (std::isdigit(static_cast<unsigned char>(next()))) {
            raised += digits[static_cast<std::size_t>(next() - '0')];
            ++at_;
            any = true;
            if (latex_[begin] != '{') break;
        }
        if (any) {
            out_ += raised;
            return;
        }
        at_ = begin;
        if (latex_.substr(begin, 5) != "\\circ") out_ += '^';
    }

    void command() {
        const std::size_t begin = at_;
        while (std::isalpha(static_cast<unsigned char>(next()))) ++at_;
        const std::string_view name = latex_.substr(begin, at_ - begin);
        if (name.empty()) {
            symbol();
            return;
        }
        if (next() == ' ') ++at_;
        const std::string_view plain = plain_of(name);
        if (!plain.empty()) {
            // What is between two quantities has a space on both sides, as it is set.
            const bool between =
                name == "le" || name == "ge" || name == "leq" || name == "geq" || name == "approx";
            if (between) out_ += ' ';
            out_ += plain;
            if (between) out_ += ' ';
            if (latex_.substr(at_, 2) == "{}") at_ += 2;
            return;
        }
        for (const std::string_view each : silent)
            if (each == name) {
                skip_argument();
                return;
            }
        if (accented(name) && next() == '{') {
            const auto end = latex_.find('}', at_);
            const auto whole =
                latex_.substr(begin - 1, end == latex_.npos ? latex_.npos : end - begin + 2);
            if (take_letter(whole)) {
                at_ = begin - 1 + whole.size();
                return;
            }
        }
        if (const std::string letter = latex_letter('\\' + std::string(name) + "{}");
            !letter.empty()) {
            out_ += letter;
            if (latex_.substr(at_, 2) == "{}") at_ += 2;
            return;
        }
        if (const std::string letter = latex_letter("\\ensuremath{\\" + std::string(name) + "}");
            !letter.empty())
            out_ += letter;
    }

    static bool accented(std::string_view name) {
        return name == "c" || name == "u" || name == "v" || name == "H" || name == "r";
    }

    bool take_letter(std::string_view whole) {
        const std::string letter = latex_letter(whole);
        out_ += letter;
        return !letter.empty();
    }

    // A command of one character that is no letter.
    void symbol() {
        if (at_ >= latex_.size()) return;
        const char c = latex_[at_];
        if (c == ',' || c == ';' || c == ':' || c == ' ' || c == '\\') {
            ++at_;
            out_ += ' ';
            return;
        }
        if (std::string_view("`'^~\"=.").find(c) != std::string_view::npos) {
            // \"{o} or \"o
            std::string whole = "\\" + std::string(1, c) + "{";
            std::size_t end = at_ + 1;
            const bool braced = end < latex_.size() && latex_[end] == '{';
            if (braced) ++end;
            if (end < latex_.size()) {
                whole += latex_[end];
                whole += '}';
                if (const std::string letter = latex_letter(whole); !letter.empty()) {
                    out_ += letter;
                    at_ = end + (braced ? 2 : 1);
                    return;
                }
            }
        }
        ++at_;
        if (c != '!' && c != '/') out_ += c;
    }

    void skip_argument() {
        if (next() == '*') ++at_;
        while (next() == '{') {
            int depth = 0;
            do {
                depth += next() == '{' ? 1 : next() == '}' ? -1 : 0;
                ++at_;
            } while (depth > 0 && at_ < latex_.size());
        }
    }

    // Runs of spaces are one.
    std::string tidy() const {
        std::string text;
        for (const char c : out_) {
            const char here = c == '\n' ? ' ' : c;
            if (here == ' ' && (text.empty() || text.back() == ' ')) continue;
            text += here;
        }
        while (!text.empty() && text.back() == ' ') text.pop_back();
        return text;
    }

    std::string_view latex_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

std::string latex_plain(std::string_view latex) {
    return Reader(latex).read();
}

}  // namespace slay

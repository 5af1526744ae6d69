#include "engine/core/json_text.h"

#include <algorithm>
#include <set>

#include "engine/core/text.h"
#include "engine/core/units.h"

namespace slay {
namespace {

int line_at(std::string_view text, std::size_t offset) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

// Walks a text that is known to be JSON. Finds the line of one pointer, or the first key that an
// object holds twice.
class Walker {
  public:
    explicit Walker(std::string_view text) : text_(text) {}

    std::optional<int> find(std::string_view pointer) {
        target_ = pointer;
        value("");
        return found_;
    }
    struct Duplicate {
        std::string pointer;
        int line;
    };
    std::optional<Duplicate> find_duplicate() {
        check_keys_ = true;
        value("");
        return duplicate_;
    }

  private:
    bool done() const { return found_ || duplicate_; }
    char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_space() {
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\n')
                ++line_;
            else if (text_[at_] != ' ' && text_[at_] != '\t' && text_[at_] != '\r')
                return;
        }
    }
    std::string_view string() {  // with its quotes
        const std::size_t start = at_++;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        ++at_;
        return text_.substr(start, at_ - start);
    }
    static std::string decoded(std::string_view quoted) {
        if (quoted.find('\\') == std::string_view::npos)
            return std::string(quoted.substr(1, quoted.size() - 2));
        return nlohmann::json::parse(quoted).get<std::string>();
    }
    void value(const std::string& pointer) {
        skip_space();
        if (target_ && *target_ == pointer) found_ = line_;
        if (done()) return;
        if (next() == '{')
            members(pointer, true);
        else if (next() == '[')
            members(pointer, false);
        else if (next() == '"')
            string();
        else
            while (at_ < text_.size() &&
                   std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos)
                ++at_;
    }
    void members(const std::string& pointer, bool object) {
        std::set<std::string> keys;
        std::size_t index = 0;
        ++at_;
        for (;;) {
            skip_space();
            if (next() == '}' || next() == ']' || at_ >= text_.size()) break;
            std::string step = pointer;
            if (object) {
                std::string key = decoded(string());
                step += pointer_step(key);
                if (check_keys_ && !keys.insert(std::move(key)).second)
                    duplicate_ = Duplicate{step, line_};
                skip_space();
                ++at_;  // the colon
            } else {
                step += '/' + std::to_string(index++);
            }
            value(step);
            if (done()) return;
            skip_space();
            if (next() == ',') ++at_;
        }
        ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
    bool check_keys_ = false;
    std::optional<std::string_view> target_;
    std::optional<int> found_;
    std::optional<Duplicate> duplicate_;
};

std::string_view without_mark(std::string_view text) {
    return text.substr(0, 3) == "\xEF\xBB\xBF" ? text.substr(3) : text;
}

// What nlohmann says, without its prefix and its own count of lines.
std::string syntax_message(std::string_view what, std::string_view text, std::size_t byte) {
    std::string message(what);
    if (const auto colon = message.find("syntax error"); colon != std::string::npos)
        message.erase(0, colon);
    else if (const auto bracket = message.find("] "); bracket != std::string::npos)
        message.erase(0, bracket + 2);
    const std::size_t from = byte < 4 ? 0 : byte - 4;
    const std::string_view near = text.substr(std::min(from, text.size()), 12);
    for (const std::string_view word : {"NaN", "nan", "Inf", "inf"})
        if (near.find(word) != std::string_view::npos)
            message += " (JSON has no NaN and no Infinity)";
    return "not JSON: " + clean_text(message, 300);
}

}  // namespace

std::string located(const std::string& source, std::optional<int> line, std::string_view pointer,
                    std::string_view message) {
    std::string text = clean_text(source, 1024);
    if (line) text += ':' + std::to_string(*line);
    text += ": ";
    if (!pointer.empty()) text += clean_text(pointer, 200) + ": ";
    text += message;
    return text;
}

std::string pointer_step(std::string_view key) {
    std::string step = "/";
    for (const char c : key) {
        if (c == '~')
            step += "~0";
        else if (c == '/')
            step += "~1";
        else
            step += c;
    }
    return step;
}

bool nests_too_deep(std::string_view text) {
    int depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            for (++at; at < text.size() && text[at] != '"'; ++at)
                if (text[at] == '\\') ++at;
        } else if (c == '[' || c == '{') {
            if (++depth > max_json_depth) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

Result<nlohmann::json> parse_json(std::string_view given, const std::string& source) {
    const std::string_view text = without_mark(given);
    const auto refuse = [&](std::optional<int> line, std::string_view pointer,
                            std::string_view message) {
        return Error{ErrorKind::bad_data, located(source, line, pointer, message)};
    };
    if (const auto bad = first_invalid_utf8(text))
        return refuse(
            line_at(text, *bad), {},
            "byte " + std::to_string(*bad) + " is not UTF-8: expected JSON text in UTF-8");
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return refuse(line_at(text, nul), {},
                      "byte " + std::to_string(nul) + " is NUL: expected JSON text in UTF-8");
    if (nests_too_deep(text))
        return refuse(std::nullopt, {},
                      "nested deeper than " + std::to_string(max_json_depth) + " levels");
    try {
        nlohmann::json json = nlohmann::json::parse(text);
        if (const auto duplicate = Walker(text).find_duplicate())
            return refuse(duplicate->line, duplicate->pointer, "the key comes twice");
        return json;
    } catch (const nlohmann::json::parse_error& error) {
        return refuse(line_at(text, error.byte == 0 ? 0 : error.byte - 1), {},
                      syntax_message(error.what(), text, error.byte));
    } catch (const nlohmann::json::out_of_range& error) {
        // "number overflow parsing '1e999'"
        std::string_view what = error.what();
        const auto open = what.find('\''), close = what.rfind('\'');
        if (open == std::string_view::npos || close <= open)
            return refuse(std::nullopt, {}, "a number is beyond the range of a double");
        const std::string_view number = what.substr(open + 1, close - open - 1);
        const auto offset = text.find(number);
        return refuse(
            offset == std::string_view::npos ? std::nullopt : std::optional(line_at(text, offset)),
            {}, clean_text(number, 64) + " is beyond the range of a double");
    } catch (const nlohmann::json::exception& error) {
        return refuse(std::nullopt, {}, syntax_message(error.what(), text, 0));
    }
}

std::optional<int> line_of_pointer(std::string_view text, std::string_view pointer) {
    return Walker(without_mark(text)).find(pointer);
}

}  // namespace slay

#include "engine/run/shell_quoted.h"

namespace slay {

std::string shell_quoted(const std::string& word) {
    std::string text = "'";
    for (const char c : word) {
        if (c == '\'')
            text += "'\\''";
        else
            text += c;
    }
    return text + '\'';
}

}  // namespace slay

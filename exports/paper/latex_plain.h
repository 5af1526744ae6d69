// LaTeX as the writers of this program make it, back as plain text.
#pragma once

#include <string>
#include <string_view>

namespace slay {

// "Softmax", "≥ 32768", "Rel. ℓ2 at L =": escapes undone (latex_escape), simple mathematics as
// Unicode, commands that only set type dropped. Text that did not come from this program's writers
// comes out readable, not exact.
std::string latex_plain(std::string_view latex);

}  // namespace slay

// Names for what Qt puts into its controls without one: the buttons inside a line edit, the list of a
// combo box.
#pragma once

namespace slay {

// Once an application; more calls change nothing. A part gets its name when its control is shown.
void name_inner_parts();

}  // namespace slay

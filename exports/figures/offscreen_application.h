// Figures are drawn with widgets, which want an application.
#pragma once

#include "engine/core/result.h"

namespace slay {

// A program without a window still needs a QApplication to draw; this one needs no display. It is
// left to the end of the process: destroyed among other statics, it would touch dead ones.
Status ensure_application();

}  // namespace slay

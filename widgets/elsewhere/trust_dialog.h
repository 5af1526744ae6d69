// Asked once for each file and hash: may somebody's code run here?
#pragma once

#include <vector>

#include "engine/core/own_variant.h"

class QWidget;

namespace slay {

// True: all of them may. What is allowed is remembered (trusted_files.h) by the caller.
bool ask_trust(const std::vector<OwnFile>& files, QWidget* parent);

}  // namespace slay

// One edit of the preset: checked by the rules every preset file has to meet, then done.
#pragma once

#include <QString>

#include "widgets/document/spec_document.h"

namespace slay {

// Checks `next` and makes it one undo step of the document. Returns why it does not hold, or "".
QString try_edit(SpecDocument& document, const QString& text, const QString& key,
                 const SweepSpec& next);

// The part of a preset error that follows its JSON pointer: the field it stands at says the rest.
QString error_without_place(const std::string& message);

}  // namespace slay

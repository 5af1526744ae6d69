#include "widgets/editor/spec_editing.h"

#include <QRegularExpression>
#include <nlohmann/json.hpp>

#include "engine/core/units.h"

namespace slay {

QString error_without_place(const std::string& message) {
    static const QRegularExpression place("^[^ ]*: (/[^ :]*: )?");
    return QString::fromStdString(clean_text(message)).remove(place);
}

QString try_edit(SpecDocument& document, const QString& text, const QString& key,
                 const SweepSpec& next) {
    const auto checked = spec_from_json(nlohmann::json(to_json(next)), "preset");
    if (!checked) return error_without_place(checked.error().message);
    document.edit(text, key, next);
    return {};
}

}  // namespace slay

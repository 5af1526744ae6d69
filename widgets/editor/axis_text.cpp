#include "widgets/editor/axis_text.h"

#include <QRegularExpression>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/core/units.h"

namespace slay {
namespace {

QString range_text(const ParameterInfo& info) {
    const auto bound = [&](double value) {
        return QString::fromStdString(
            info.kind == ParameterKind::integer ? format_count(value) : format_number(value, 3));
    };
    return QObject::tr("%1 to %2").arg(bound(info.minimum), bound(info.maximum));
}

Error bad_word(const ParameterInfo& info, const QString& word) {
    QString expected;
    switch (info.kind) {
        case ParameterKind::integer:
            expected = QObject::tr("a whole number, %1").arg(range_text(info));
            break;
        case ParameterKind::real:
            expected = QObject::tr("a number, %1").arg(range_text(info));
            break;
        case ParameterKind::flag:
            expected = QObject::tr("true or false");
            break;
        case ParameterKind::choice: {
            if (info.choices.empty()) {
                expected = QObject::tr("a name or a path");
                break;
            }
            QStringList choices;
            for (const auto& choice : info.choices) choices << QString::fromStdString(choice);
            expected = QObject::tr("one of %1").arg(choices.join(", "));
            break;
        }
    }
    return {ErrorKind::bad_data,
            QObject::tr("\u201c%1\u201d: expected %2").arg(word.left(40), expected).toStdString()};
}

std::optional<ParameterValue> parse_word(const ParameterInfo& info, const QString& word) {
    bool ok = false;
    const auto within = [&](double value) {
        return std::isfinite(value) && value >= info.minimum && value <= info.maximum;
    };
    switch (info.kind) {
        case ParameterKind::integer: {
            const qint64 value = word.toLongLong(&ok);
            if (ok && within(static_cast<double>(value))) return std::int64_t{value};
            break;
        }
        case ParameterKind::real: {
            const double value = word.toDouble(&ok);
            if (ok && within(value)) return value;
            break;
        }
        case ParameterKind::flag:
            if (word == "true") return true;
            if (word == "false") return false;
            break;
        case ParameterKind::choice:
            if (info.choices.empty()) {
                if (const auto text = accept_value(info, word.toStdString())) return *text;
                break;
            }
            if (std::find(info.choices.begin(), info.choices.end(), word.toStdString()) !=
                info.choices.end())
                return word.toStdString();
            break;
    }
    return std::nullopt;
}

// "256..32768": from the first by doubling, up to the last.
bool add_doubling(const ParameterInfo& info, const QString& word,
                  std::vector<ParameterValue>& values) {
    const QStringList ends = word.split("..");
    if (info.kind != ParameterKind::integer || ends.size() != 2) return false;
    const auto first = parse_word(info, ends[0]);
    const auto last = parse_word(info, ends[1]);
    if (!first || !last) return false;
    const std::int64_t end = std::get<std::int64_t>(*last);
    std::int64_t value = std::get<std::int64_t>(*first);
    if (value < 1 || value > end) return false;
    for (; value <= end; value *= 2) values.emplace_back(value);
    return true;
}

}  // namespace

QString axis_text(const std::vector<ParameterValue>& values) {
    QStringList words;
    for (const auto& value : values) words << QString::fromStdString(to_text(value));
    return words.join(", ");
}

Result<std::vector<ParameterValue>> parse_axis(const ParameterInfo& info, const QString& text) {
    static const QRegularExpression gaps("[,;\\s]+");
    std::vector<ParameterValue> values;
    const QStringList words = text.split(gaps, Qt::SkipEmptyParts);
    for (const QString& word : words) {
        if (info.kind == ParameterKind::integer && word.contains("..")) {
            if (!add_doubling(info, word, values)) return bad_word(info, word);
            continue;
        }
        const auto value = parse_word(info, word);
        if (!value) return bad_word(info, word);
        values.push_back(*value);
    }
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i]) !=
            values.begin() + static_cast<std::ptrdiff_t>(i))
            return Error{ErrorKind::bad_data, QObject::tr("%1 stands twice")
                                                  .arg(QString::fromStdString(to_text(values[i])))
                                                  .toStdString()};
    return values;
}

}  // namespace slay

#include "widgets/library/library_entry.h"

#include <QDir>
#include <QFileInfo>
#include <QLocale>
#include <algorithm>

#include "engine/core/data_folder.h"
#include "engine/core/journal.h"
#include "engine/core/sweep_spec.h"
#include "engine/core/units.h"

namespace slay {
namespace {

QString day_and_time(const QDateTime& when) {
    const qint64 days = when.date().daysTo(QDate::currentDate());
    const QString time = when.time().toString("HH:mm");
    if (days == 0) return "today " + time;
    if (days == 1) return "yesterday " + time;
    return when.date().toString(Qt::ISODate) + ' ' + time;
}

LibraryEntry preset_entry(const PresetFile& file) {
    LibraryEntry entry;
    entry.kind = LibraryKind::preset;
    entry.path = QString::fromStdString(file.path);
    entry.name = QString::fromStdString(file.name);
    const auto spec = read_spec(file.path);
    if (spec)
        entry.detail = QString::fromStdString(clean_text(spec->title));
    else
        entry.error = QString::fromStdString(spec.error().message);
    return entry;
}

void add_runs(std::vector<LibraryEntry>& entries, const QString& folder, LibraryKind kind) {
    std::vector<LibraryEntry> runs;
    const auto folders = QDir(folder).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QFileInfo& info : folders) {
        const QFileInfo journal(info.filePath() + '/' + journal_file_name);
        if (!journal.isFile()) continue;
        LibraryEntry entry;
        entry.kind = kind;
        entry.path = info.filePath();
        entry.name = info.fileName();
        entry.changed = journal.lastModified();
        if (kind == LibraryKind::run) entry.detail = day_and_time(entry.changed);
        runs.push_back(std::move(entry));
    }
    std::sort(runs.begin(), runs.end(), [kind](const LibraryEntry& a, const LibraryEntry& b) {
        if (kind == LibraryKind::run && a.changed != b.changed) return a.changed > b.changed;
        return a.name < b.name;
    });
    entries.insert(entries.end(), runs.begin(), runs.end());
}

}  // namespace

std::vector<LibraryEntry> scan_library() {
    std::vector<LibraryEntry> entries;
    if (const auto presets = installed_presets())
        for (const PresetFile& file : *presets) entries.push_back(preset_entry(file));
    if (const auto runs = default_runs_folder())
        add_runs(entries, QString::fromStdString(*runs), LibraryKind::run);
    if (const auto data = data_folder())
        add_runs(entries, QString::fromStdString(*data) + "/presets/reference-runs",
                 LibraryKind::reference);
    return entries;
}

}  // namespace slay

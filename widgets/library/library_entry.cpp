#include "widgets/library/library_entry.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <algorithm>

#include "engine/core/data_folder.h"
#include "engine/core/journal.h"
#include "engine/core/shard.h"
#include "engine/core/sweep_spec.h"
#include "engine/core/units.h"
#include "engine/run/job_folder.h"

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

// What a run's journal says at its head: its preset's title, and the device.
QString head_of(const QString& folder) {
    constexpr std::size_t longest = 8 << 20;
    const auto line = read_journal_head(journal_of(folder.toStdString()), longest);
    if (!line) return {};
    const QJsonObject head = QJsonDocument::fromJson(QByteArray::fromStdString(*line)).object();
    const auto words = [](const QJsonValue& value) {
        return QString::fromStdString(clean_text(value.toString().toStdString(), 120));
    };
    const QString title = words(head["spec"].toObject()["title"]);
    const QString device = words(head["provenance"].toObject()["device_name"]);
    return title.isEmpty() || device.isEmpty() ? title + device : title + ", " + device;
}

// The first that a new user wants; the others follow by name.
int rank_of(const LibraryEntry& entry) {
    static const QStringList first{"quick", "suite-quick-cpu", "suite-quick"};
    const auto at = first.indexOf(entry.name);
    return static_cast<int>(at < 0 ? first.size() : at);
}

// When anything last came to a run, or to a job, whose tasks have journals of their own; nothing
// for a folder that is neither.
QDateTime last_change(const QString& folder, bool job) {
    const QFileInfo journal(QString::fromStdString(journal_of(folder.toStdString())));
    if (!job) return journal.isFile() ? journal.lastModified() : QDateTime();
    QDateTime last = QFileInfo(folder + "/job.json").lastModified();
    for (const std::string& shard : shard_folders(folder.toStdString())) {
        const QFileInfo part(QString::fromStdString(journal_of(shard)));
        if (part.isFile()) last = std::max(last, part.lastModified());
    }
    return last;
}

// "job, 3 of 8 begun": tasks; or what is wrong with its note.
void describe_job(LibraryEntry& entry) {
    const auto note = read_job_note(entry.path.toStdString());
    if (!note) {
        entry.error = QString::fromStdString(note.error().message);
        return;
    }
    entry.detail = QString("job, %1 of %2 begun")
                       .arg(shard_folders(entry.path.toStdString()).size())
                       .arg(note->shards);
}

void add_runs(std::vector<LibraryEntry>& entries, const QString& folder, LibraryKind kind) {
    std::vector<LibraryEntry> runs;
    const auto folders = QDir(folder).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QFileInfo& info : folders) {
        const bool job = is_job_folder(info.filePath().toStdString());
        const QDateTime changed = last_change(info.filePath(), job);
        if (changed.isNull()) continue;
        LibraryEntry entry;
        entry.kind = kind;
        entry.path = info.filePath();
        entry.name = info.fileName();
        entry.changed = changed;
        if (job) describe_job(entry);
        if (kind == LibraryKind::run)
            entry.detail += (job ? " \u00b7 " : "") + day_and_time(entry.changed);
        else if (!job)
            entry.detail = head_of(entry.path);
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
    std::stable_sort(
        entries.begin(), entries.end(),
        [](const LibraryEntry& a, const LibraryEntry& b) { return rank_of(a) < rank_of(b); });
    if (const auto runs = default_runs_folder())
        add_runs(entries, QString::fromStdString(*runs), LibraryKind::run);
    if (const auto data = data_folder())
        add_runs(entries, QString::fromStdString(*data) + "/presets/reference-runs",
                 LibraryKind::reference);
    return entries;
}

}  // namespace slay

#include "widgets/window/dropped_files.h"

#include <QDir>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

#include "engine/core/journal.h"

namespace slay {

bool is_run(const QString& path) {
    const QFileInfo info(path);
    static const QStringList journals{"jsonl", "gz"};
    return info.isDir() || journals.contains(info.suffix().toLower());
}

QString run_behind(const QString& path) {
    const QFileInfo info(path);
    if (info.isDir()) return path;
    const QDir folder = info.absoluteDir();
    for (const char* part : {"artifacts", "tables", "figures"}) {
        if (folder.dirName() != part) continue;
        const QString run = QFileInfo(folder.absolutePath()).absolutePath();
        if (QFileInfo(QString::fromStdString(journal_of(run.toStdString()))).isFile()) return run;
    }
    return path;
}

DroppedFiles dropped_files(const QMimeData& mime) {
    DroppedFiles dropped;
    for (const QUrl& url : mime.urls()) {
        if (!url.isLocalFile()) continue;
        const QString path = run_behind(url.toLocalFile());
        QStringList& list = is_run(path) ? dropped.runs : dropped.presets;
        if (!list.contains(path)) list << path;
    }
    return dropped;
}

bool holds_local_files(const QMimeData& mime) {
    for (const QUrl& url : mime.urls())
        if (url.isLocalFile()) return true;
    return false;
}

}  // namespace slay

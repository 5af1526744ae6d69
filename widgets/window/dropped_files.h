// Files that are dropped on the window, or named to it: presets and runs.
#pragma once

#include <QString>
#include <QStringList>

class QMimeData;

namespace slay {

// The run that a file is of: a results file (RUN/artifacts/benchmark_results.json), a table or a
// figure of an export (RUN/tables/x.csv) gives RUN; anything else is given back as it is.
QString run_behind(const QString& path);

// A folder or a journal, by its name; other files are presets.
bool is_run(const QString& path);

struct DroppedFiles {
    QStringList presets;  // JSON files
    QStringList runs;     // folders and journals
};

// The local files of a drop, each once, with what they stand for.
DroppedFiles dropped_files(const QMimeData& mime);
bool holds_local_files(const QMimeData& mime);

}  // namespace slay

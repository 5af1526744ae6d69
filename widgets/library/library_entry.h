// What the left panel lists: presets, saved runs and jobs of a cluster, reference runs.
#pragma once

#include <QDateTime>
#include <QString>
#include <vector>

namespace slay {

enum class LibraryKind { preset, run, reference };

struct LibraryEntry {
    LibraryKind kind = LibraryKind::preset;
    QString path;    // the preset's file, the run's or the job's folder
    QString name;    // of the file or folder
    QString detail;  // the preset's title, the run's date, how many tasks have begun
    QString error;   // why it cannot be opened; empty: it can
    QDateTime changed;
};

// Reads the folders: presets by name, runs by date, the newest first. May take a while with many
// runs; call it off the window's thread.
std::vector<LibraryEntry> scan_library();

}  // namespace slay

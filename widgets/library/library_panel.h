// The left panel: presets, saved runs and reference runs, with a filter.
#pragma once

#include <QFileSystemWatcher>
#include <QWidget>
#include <vector>

#include "widgets/library/library_entry.h"

class QLineEdit;
class QSortFilterProxyModel;
class QStandardItemModel;
class QTreeView;

namespace slay {

class LibraryPanel : public QWidget {
    Q_OBJECT

  public:
    explicit LibraryPanel(QWidget* parent = nullptr);

    void rescan();                          // in the background
    void set_current(const QString& path);  // marks what is open
    const std::vector<LibraryEntry>& entries() const { return entries_; }

  signals:
    void preset_chosen(const QString& path);
    void run_chosen(const QString& folder);
    void compare_wanted(const QStringList& folders);  // runs, into the comparison
    void scanned();

  private:
    void fill(std::vector<LibraryEntry> entries);
    void open_index(const QModelIndex& index);
    void mark_current();
    void show_menu(const QPoint& at);

    QLineEdit* filter_;
    QTreeView* tree_;
    QStandardItemModel* model_;
    QSortFilterProxyModel* shown_;
    QFileSystemWatcher watcher_;
    std::vector<LibraryEntry> entries_;
    QString current_;
    bool scanning_ = false, again_ = false;
};

}  // namespace slay

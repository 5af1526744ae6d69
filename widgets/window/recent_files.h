// The presets and runs that were opened last, as a menu; the newest first.
#pragma once

#include <QJsonArray>
#include <QObject>
#include <QString>
#include <QStringList>

class QMenu;

namespace slay {

class RecentFiles : public QObject {
    Q_OBJECT

  public:
    static constexpr int most = 12;

    explicit RecentFiles(QMenu* menu, QObject* parent = nullptr);

    void add(const QString& path);
    const QStringList& paths() const { return paths_; }
    QJsonArray state() const { return QJsonArray::fromStringList(paths_); }
    void restore(const QJsonArray& state);  // what is no absolute path is left out

  signals:
    void chosen(const QString& path);

  private:
    void fill();  // anew each time the menu opens: files come and go

    QMenu* menu_;
    QStringList paths_;
};

}  // namespace slay

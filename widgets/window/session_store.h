// What the window remembers from one start to the next, in a JSON file of its own: written
// atomically, and a damaged or missing file is an empty session.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>

namespace slay {

// ${XDG_CONFIG_HOME:-~/.config}/slay-workbench/session.json
QString default_session_file();

class SessionStore {
  public:
    // The layout of docks and toolbars: a stored layout of another version is not restored.
    static constexpr int layout_version = 3;
    static constexpr qint64 most_bytes = 4 << 20;

    explicit SessionStore(QString file);

    // The stored session without its window layout; an empty object where there is none. Where the
    // file is damaged it is kept as FILE.damaged, and the session before it (FILE.previous) comes
    // back; `problem` says so.
    QJsonObject load(QString* problem = nullptr);
    // The stored session becomes FILE.previous, unless it is damaged.
    bool save(const QJsonObject& session);

    // Takes the layout out of the file before it is handed over, so that a layout that brings the
    // program down is tried once only. save() writes it back.
    QByteArray take_geometry();
    QByteArray take_layout();

    static void put_layout(QJsonObject& session, const QByteArray& geometry,
                           const QByteArray& layout);

  private:
    QJsonObject read(const QString& path, QString& why) const;

    QString file_;
    QByteArray geometry_, layout_;
};

}  // namespace slay

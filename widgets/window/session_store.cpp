#include "widgets/window/session_store.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSaveFile>
#include <utility>

namespace slay {
namespace {

constexpr const char* schema = "slay-session/1";

QByteArray bytes_of(const QJsonValue& value) {
    const auto decoded = QByteArray::fromBase64Encoding(value.toString().toLatin1(),
                                                        QByteArray::AbortOnBase64DecodingErrors);
    return decoded ? *decoded : QByteArray();
}

}  // namespace

QString default_session_file() {
    const QString given = qEnvironmentVariable("XDG_CONFIG_HOME");
    const QString base = QDir::isAbsolutePath(given) ? given : QDir::homePath() + "/.config";
    return base + "/slay-workbench/session.json";
}

SessionStore::SessionStore(QString file) : file_(std::move(file)) {}

// An empty object and no `why` where there is no file.
QJsonObject SessionStore::read(const QString& path, QString& why) const {
    const auto fail = [&](const QString& what) {
        why = what;
        return QJsonObject();
    };
    QFile file(path);
    if (!file.exists()) return {};
    if (!QFileInfo(path).isFile() || file.size() > most_bytes) return fail("not a session file");
    if (!file.open(QIODevice::ReadOnly)) return fail(file.errorString());
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &error);
    if (document.isNull()) return fail(error.errorString());
    if (document.object()["schema"].toString() != schema)
        return fail("not of this program's schema");
    return document.object();
}

QJsonObject SessionStore::load(QString* problem) {
    QString why;
    QJsonObject session = read(file_, why);
    if (!why.isEmpty()) {
        QFile::remove(file_ + ".damaged");
        const bool kept = QFileInfo(file_).isFile() && QFile::rename(file_, file_ + ".damaged");
        QString ignored;
        session = read(file_ + ".previous", ignored);
        if (problem)
            *problem =
                QObject::tr("%1: %2; %3%4")
                    .arg(file_, why,
                         session.isEmpty() ? QObject::tr("the session starts afresh")
                                           : QObject::tr("the session before it was restored"),
                         kept ? QObject::tr("; the file is kept as %1.damaged").arg(file_)
                              : QString());
    }
    if (session.isEmpty()) return {};
    const QJsonObject window = session.take("window").toObject();
    if (window["version"].toInt() == layout_version) {
        geometry_ = bytes_of(window["geometry"]);
        layout_ = bytes_of(window["layout"]);
    }
    if (!window.isEmpty()) save(session);
    return session;
}

QByteArray SessionStore::take_geometry() {
    return std::exchange(geometry_, {});
}

QByteArray SessionStore::take_layout() {
    return std::exchange(layout_, {});
}

bool SessionStore::save(const QJsonObject& session) {
    if (!QDir().mkpath(QFileInfo(file_).path())) return false;
    QString why;
    if (const QJsonObject before = read(file_, why); !before.isEmpty()) {
        QSaveFile previous(file_ + ".previous");
        if (previous.open(QIODevice::WriteOnly)) {
            previous.write(QJsonDocument(before).toJson());
            previous.commit();
        }
    }
    QSaveFile file(file_);
    if (!file.open(QIODevice::WriteOnly)) return false;
    QJsonObject whole = session;
    whole["schema"] = schema;
    file.write(QJsonDocument(whole).toJson());
    return file.commit();
}

void SessionStore::put_layout(QJsonObject& session, const QByteArray& geometry,
                              const QByteArray& layout) {
    session["window"] = QJsonObject{{"version", layout_version},
                                    {"geometry", QString::fromLatin1(geometry.toBase64())},
                                    {"layout", QString::fromLatin1(layout.toBase64())}};
}

}  // namespace slay

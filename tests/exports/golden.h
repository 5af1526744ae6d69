// A text against a file in tests/exports/golden, line by line.
#pragma once

#include <QFile>
#include <QtTest>
#include <algorithm>
#include <string>

namespace slay::testing {

// SLAY_WRITE_GOLDEN=1 rewrites the file, for a change of the writers that is wanted.
inline void compare_with_golden(const QString& name, const std::string& text) {
    const QString path = QStringLiteral(SLAY_SOURCE_DIR "/tests/exports/golden/") + name;
    if (qEnvironmentVariableIsSet("SLAY_WRITE_GOLDEN")) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(text));
    }
    QFile file(path);
    const QList<QByteArray> wanted =
        (file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray()).split('\n');
    const QList<QByteArray> found = QByteArray::fromStdString(text).split('\n');
    for (qsizetype i = 0; i < std::min(wanted.size(), found.size()); ++i)
        QVERIFY2(found[i] == wanted[i],
                 qPrintable(QStringLiteral("%1 line %2:\n%3\ninstead of\n%4")
                                .arg(name, QString::number(i + 1), QString::fromUtf8(found[i]),
                                     QString::fromUtf8(wanted[i]))));
    QCOMPARE(found.size(), wanted.size());
}

}  // namespace slay::testing

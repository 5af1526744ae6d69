// What fuzzing found worth keeping, read again by every reader's function: each input whole, cut,
// and with bytes changed; SLAY_FUZZ_ROUNDS=1000 does that a thousand times with each. `cmake --preset
// fuzz` builds the programs that look for more.
#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QtTest>

#include "tests/fuzz/readers.h"

using namespace slay;

namespace {

QString folder_of(const char* reader) {
    return QString(SLAY_SOURCE_DIR "/tests/fuzz/corpus/") + reader;
}

QByteArray content_of(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read %s", qPrintable(path));
    return file.readAll();
}

}  // namespace

class CorpusTest : public QObject {
    Q_OBJECT

  private slots:
    void inputs_are_read_data() {
        QTest::addColumn<int>("reader");
        for (std::size_t i = 0; i < fuzz::readers().size(); ++i)
            QTest::newRow(fuzz::readers()[i].name) << static_cast<int>(i);
    }
    void inputs_are_read() {
        QFETCH(int, reader);
        const fuzz::Reader& tried = fuzz::readers()[static_cast<std::size_t>(reader)];
        const QDir folder(folder_of(tried.name));
        const QStringList names = folder.entryList(QDir::Files);
        QVERIFY2(!names.isEmpty(), qPrintable(folder.path() + " has no input"));
        const int rounds = qMax(4, qEnvironmentVariableIntValue("SLAY_FUZZ_ROUNDS"));
        QRandomGenerator random(20261125);
        int read = 0;
        for (const QString& name : names) {
            const QByteArray whole = content_of(folder.filePath(name));
            const auto attempt = [&](const QByteArray& bytes, const char* how, qsizetype where) {
                ++read;
                try {
                    tried.read({bytes.constData(), static_cast<std::size_t>(bytes.size())});
                } catch (const std::exception& error) {
                    const QString message = QString("%1/%2, %3 at %4: %5")
                                                .arg(tried.name, name, how)
                                                .arg(where)
                                                .arg(error.what());
                    QFAIL(qPrintable(message));
                }
            };
            attempt(whole, "whole", 0);
            for (int i = 0; i < rounds && !whole.isEmpty(); ++i) {
                const qsizetype at = random.bounded(static_cast<int>(whole.size()));
                attempt(whole.left(at), "cut", at);
                QByteArray changed = whole;
                changed[at] = static_cast<char>(random.bounded(256));
                attempt(changed, "changed", at);
            }
        }
        qInfo("%s: %lld inputs, read %d times", tried.name, static_cast<long long>(names.size()),
              read);
    }
};

QTEST_APPLESS_MAIN(CorpusTest)
#include "corpus_test.moc"

#include "engine/run/engine_library.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace slay;

namespace {

QString message_for(const QString& library) {
    qputenv("SLAY_ENGINE", library.toUtf8());
    const auto engine = load_engine();
    qunsetenv("SLAY_ENGINE");
    return engine ? QString("loaded") : QString::fromStdString(engine.error().message);
}

}  // namespace

class EngineLibraryTest : public QObject {
    Q_OBJECT

  private slots:
    void absent() {
        const QString message = message_for("/no/such/libslay_engine.so");
        QCOMPARE(message,
                 "libslay_engine.so is not there (looked at /no/such/libslay_engine.so): build the "
                 "target slay_engine, or name the library in SLAY_ENGINE");
        // Without the variable it looks beside the program, which is this test.
        qunsetenv("SLAY_ENGINE");
        const auto engine = load_engine();
        QVERIFY(!engine);
        QVERIFY(engine.error().message.find("/lib/slay-workbench/libslay_engine.so") !=
                std::string::npos);
        QCOMPARE(engine.error().kind, ErrorKind::no_input);
    }

    void no_library() {
        QTemporaryDir folder;
        QFile file(folder.filePath("libslay_engine.so"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("text") == 4);
        file.close();
        const QString message = message_for(file.fileName());
        QVERIFY2(message.startsWith(file.fileName() + ": the engine could not be loaded ("),
                 qPrintable(message));
    }

    void without_libtorch_it_says_what_to_run() {
        const QString message = message_for("./libengine_without_torch.so");
        QVERIFY2(message.startsWith("./libengine_without_torch.so: the engine could not be loaded "
                                    "(libtorch_elsewhere.so: cannot open shared object file"),
                 qPrintable(message));
        QVERIFY2(message.endsWith(": LibTorch or a library it needs was not found; fetch it with "
                                  "\"slay-bench libtorch --fetch\" (in a source tree: "
                                  "./packaging/run), or name its lib folders in LD_LIBRARY_PATH"),
                 qPrintable(message));
    }

    void wrong_libraries() {
        QCOMPARE(message_for("./libengine_no_symbol.so"),
                 "./libengine_no_symbol.so: is no engine of this program (it has no "
                 "slay_create_executor)");
        QCOMPARE(message_for("./libengine_wrong_version.so"),
                 "./libengine_wrong_version.so: is an engine of another version of this program; "
                 "build or install both together");
        QCOMPARE(message_for("./libengine_throwing.so"),
                 "./libengine_throwing.so: the engine failed to start: no memory for the context");
    }
};

QTEST_APPLESS_MAIN(EngineLibraryTest)
#include "engine_library_test.moc"

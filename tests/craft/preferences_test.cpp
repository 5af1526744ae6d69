// Preferences as a file: what is read is what was written, what is damaged is named, and what reads
// them follows. LibTorch's places: which folder counts, and which does not.
#include "engine/core/preferences.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "engine/core/data_folder.h"
#include "engine/run/libtorch_place.h"

namespace slay {

class PreferencesTest : public QObject {
    Q_OBJECT

  private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        for (const char* name : {"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
            qputenv(name, (folder_->path() + '/' + name).toLocal8Bit());
        qunsetenv("SLAY_LIBTORCH");
        qunsetenv("SLAY_PDFLATEX");
    }

    void without_a_file_the_usual_holds() {
        QCOMPARE(read_preferences(), Preferences());
        QVERIFY(QString::fromStdString(preferences_file()).startsWith(folder_->path()));
    }

    void what_is_written_is_read() {
        Preferences wanted;
        wanted.device = "cuda:1";
        wanted.output_folder = folder_->path().toStdString();
        wanted.threads = 3;
        wanted.nvml_milliseconds = 0;
        wanted.latex = "/opt/tex/pdflatex";
        wanted.libtorch = "/opt/libtorch";
        QVERIFY(write_preferences(wanted).ok());
        QCOMPARE(read_preferences(), wanted);
    }

    void a_damaged_file_is_named_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("told");
        QTest::newRow("torn") << QByteArray("{\"schema\": \"slay-pref") << "preferences.json";
        QTest::newRow("of another program") << QByteArray("{\"schema\": \"other/1\"}") << "/schema";
        QTest::newRow("threads below zero")
            << QByteArray("{\"schema\": \"slay-preferences/1\",\n\"threads\": -1}")
            << ":2: /threads";
        QTest::newRow("a number as a path")
            << QByteArray("{\"schema\": \"slay-preferences/1\", \"latex\": 7}") << "/latex";
        QTest::newRow("threads as a fraction")
            << QByteArray("{\"schema\": \"slay-preferences/1\", \"threads\": 1.5}") << "/threads";
    }
    void a_damaged_file_is_named() {
        QFETCH(QByteArray, text);
        QFETCH(QString, told);
        QVERIFY(write_preferences({}).ok());
        QFile file(QString::fromStdString(preferences_file()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        std::string problem;
        QCOMPARE(read_preferences(&problem), Preferences());
        QVERIFY2(QString::fromStdString(problem).contains(told), problem.c_str());
    }

    void one_is_changed_by_a_word() {
        Preferences usual;
        const auto changed = with_change(usual, "threads=4");
        QVERIFY(changed.ok());
        QCOMPARE(changed->threads, 4);
        QCOMPARE(with_change(*changed, "device=cuda:1")->device, std::string("cuda:1"));
        QCOMPARE(*with_change(*changed, "threads="), usual);
        for (const char* word : {"threads", "thread=4", "threads=-1", "threads=4x", "threads=1e9",
                                 "schema=other/1", "=4"}) {
            const auto refused = with_change(usual, word);
            QVERIFY2(!refused.ok(), word);
            QVERIFY2(!refused.error().message.empty(), word);
        }
        QVERIFY(with_change(usual, "x=1").error().message.find("nvml_milliseconds") !=
                std::string::npos);
    }

    void runs_go_into_the_preferred_folder() {
        const QString usual = QString::fromStdString(*default_runs_folder());
        QVERIFY(usual.endsWith("slay-workbench/runs"));
        Preferences wanted;
        wanted.output_folder = folder_->filePath("elsewhere").toStdString();
        QVERIFY(write_preferences(wanted).ok());
        QCOMPARE(*default_runs_folder(), wanted.output_folder);
        QVERIFY(new_run_folder("quick")->rfind(wanted.output_folder + "/quick-", 0) == 0);
    }

    void latex_is_the_named_one_then_the_one_in_path() {
        const QByteArray path = qgetenv("PATH");
        const QString bin = folder_->filePath("bin");
        QVERIFY(QDir().mkpath(bin));
        qputenv("PATH", bin.toLocal8Bit());
        QCOMPARE(latex_program(), std::string());
        QFile program(bin + "/pdflatex");
        QVERIFY(program.open(QIODevice::WriteOnly));
        program.close();
        QCOMPARE(latex_program(), std::string());  // no program: nobody may run it
        QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
        QCOMPARE(latex_program(), program.fileName().toStdString());
        Preferences wanted;
        wanted.latex = "/opt/tex/pdflatex";
        QVERIFY(write_preferences(wanted).ok());
        QCOMPARE(latex_program(), wanted.latex);
        qputenv("SLAY_PDFLATEX", "/elsewhere/pdflatex");
        QCOMPARE(latex_program(), std::string("/elsewhere/pdflatex"));
        qputenv("PATH", path);
    }

    void libtorch_is_found_where_it_is_whole() {
        const QString fetched = QString::fromStdString(fetched_libtorch_folder());
        QVERIFY(fetched.endsWith(pinned_libtorch));
        const auto missing = find_libtorch();
        QVERIFY(!missing.ok());
        QVERIFY2(missing.error().message.find(fetched.toStdString()) != std::string::npos,
                 missing.error().message.c_str());
        QVERIFY(QDir().mkpath(fetched + "/torch/lib"));
        touch(fetched + "/torch/lib/libtorch.so");
        touch(fetched + "/.incomplete");
        QVERIFY(!find_libtorch().ok());  // a fetch that was cut short
        QVERIFY(QFile::remove(fetched + "/.incomplete"));
        QCOMPARE(*find_libtorch(), (fetched + "/torch/lib").toStdString());

        // The preferred one goes before it, the named one before both; a wrong name is no excuse.
        const QString own = folder_->filePath("own");
        QVERIFY(QDir().mkpath(own + "/lib"));
        touch(own + "/lib/libtorch.so");
        Preferences wanted;
        wanted.libtorch = own.toStdString();
        QVERIFY(write_preferences(wanted).ok());
        QCOMPARE(*find_libtorch(), (own + "/lib").toStdString());
        qputenv("SLAY_LIBTORCH", "/nowhere");
        QVERIFY(!find_libtorch().ok());
    }

    void the_pinned_folder_is_the_scripts_folder() {
        for (const char* name :
             {"/packaging/lib/libtorch.sh", "/packaging/cmake/SlayFindTorch.cmake"}) {
            QFile file(QString(SLAY_SOURCE_DIR) + name);
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2(file.readAll().contains(pinned_libtorch), name);
        }
        const auto script = libtorch_fetcher();
        QVERIFY2(script.ok(), script.ok() ? "" : script.error().message.c_str());
    }

  private:
    static void touch(const QString& path) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    std::unique_ptr<QTemporaryDir> folder_;
};

}  // namespace slay

QTEST_GUILESS_MAIN(slay::PreferencesTest)
#include "preferences_test.moc"

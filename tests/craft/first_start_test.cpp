// The first start without LibTorch: the step is offered, shows its progress, is cancelled, taken up
// again, and the engine is loaded when it is done. A script stands in for the network.
#include <QDir>
#include <QFile>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "engine/run/libtorch_place.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/setup/setup_bar.h"
#include "widgets/window/message_bar.h"

namespace slay {

class FirstStartTest : public QObject {
    Q_OBJECT

  private slots:
    void init() {
        folders_ = std::make_unique<Folders>();
        qputenv("XDG_CACHE_HOME", folders_->file("cache").toLocal8Bit());
        qunsetenv("SLAY_LIBTORCH");
    }

    void lines_that_are_none_are_passed_over() {
        FetchProgress at;
        QVERIFY(parse_progress("progress 518 2521 1 16 fetching torch\n", at));
        QCOMPARE(at.done_mb, 518);
        QCOMPARE(at.total_mb, 2521);
        QCOMPARE(at.file, 1);
        QCOMPARE(at.files, 16);
        QCOMPARE(at.name, QString("torch"));
        for (const char* line :
             {"", "progress", "progress 1 2 3 4 fetching", "progress x 2 1 1 a b",
              "progress 3 2 1 1 a b", "progress -1 2 1 1 a b", "Looking in indexes: 1 2 3 4 5"})
            QVERIFY2(!parse_progress(line, at), line);
        QCOMPARE(at.done_mb, 518);
    }

    void it_is_fetched_cancelled_and_resumed() {
        SetupBar bar;
        QSignalSpy ready(&bar, &SetupBar::ready), failed(&bar, &SetupBar::failed);
        // Half of it, then it waits; the second start finds that half and ends it.
        bar.check(
            script("if [ -e \"$HERE/half\" ]; then\n"
                   "  echo 'progress 100 200 2 2 fetching nvidia-cublas'; sleep 0.2\n"
                   "  mkdir -p \"$LIB\"; : >\"$LIB/libtorch.so\"; exit 0\n"
                   "fi\n"
                   "echo 'progress 0 200 1 2 fetching torch'; : >\"$HERE/half\"\n"
                   "trap 'exit 130' TERM; echo 'progress 100 200 2 2 fetching nvidia-cublas'\n"
                   "while :; do sleep 0.05; done\n"));
        QVERIFY(!bar.isHidden());
        QVERIFY(bar.text().contains("2.5 GB"));
        QCOMPARE(bar.fetch_button().text(), QString("Fetch LibTorch"));
        bar.show();
        QTest::mouseClick(&bar.fetch_button(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(bar.text().contains("0.10 of 0.20 GB"), patient(10'000));
        QVERIFY(bar.text().contains("nvidia-cublas"));
        auto* progress = bar.findChild<QProgressBar*>();
        QCOMPARE(progress->value(), 100);
        QCOMPARE(progress->maximum(), 200);

        QTest::mouseClick(&bar.cancel_button(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!bar.is_fetching(), patient(10'000));
        QCOMPARE(failed.count(), 0);  // a cancel is no error
        QCOMPARE(ready.count(), 0);
        QCOMPARE(bar.fetch_button().text(), QString("Resume"));
        QVERIFY(bar.text().contains("0.10 of 0.20 GB"));

        QTest::mouseClick(&bar.fetch_button(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, patient(10'000));
        QVERIFY(bar.isHidden());
        QVERIFY(find_libtorch().ok());
    }

    void what_goes_wrong_is_said_once() {
        SetupBar bar;
        QSignalSpy failed(&bar, &SetupBar::failed);
        bar.check(
            script("echo 'Could not connect' >&2\n"
                   "echo 'the disk is full: make room, then try again' >&2; exit 1\n"));
        bar.show();
        QTest::mouseClick(&bar.fetch_button(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, patient(10'000));
        QVERIFY(failed.first().first().toString().contains("the disk is full: make room"));
        QVERIFY(bar.fetch_button().isVisible());
    }

    void a_window_without_libtorch_offers_it_and_nothing_else() {
        FakeBehaviour behaviour;
        behaviour.load_error = "libtorch_cpu.so: cannot open shared object file";
        auto window = open_window(behaviour, {});
        QTRY_VERIFY_WITH_TIMEOUT(window->setup().isVisible(), patient(20'000));
        QVERIFY2(window->messages().text().isEmpty(), qPrintable(window->messages().text()));
    }

    void a_window_with_libtorch_does_not() {
        QVERIFY(QDir().mkpath(lib()));
        QFile file(lib() + "/libtorch.so");
        QVERIFY(file.open(QIODevice::WriteOnly));
        FakeBehaviour behaviour;
        behaviour.load_error = "another error";
        auto window = open_window(behaviour, {});
        QTRY_VERIFY_WITH_TIMEOUT(window->messages().text().contains("another error"),
                                 patient(20'000));
        QVERIFY(window->setup().isHidden());
    }

  private:
    QString lib() const { return QString::fromStdString(fetched_libtorch_folder()) + "/torch/lib"; }

    QString script(const QByteArray& body) {
        const QString path = folders_->file("fetch.sh");
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write the script");
        file.write("#!/bin/bash\nHERE=" + QFileInfo(path).path().toLocal8Bit() +
                   "\nLIB=" + lib().toLocal8Bit() + "\n" + body);
        file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
        return path;
    }

    std::unique_ptr<Folders> folders_;
};

}  // namespace slay

QTEST_MAIN(slay::FirstStartTest)
#include "first_start_test.moc"

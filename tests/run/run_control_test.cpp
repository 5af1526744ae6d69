#include "engine/run/run_control.h"

#include <QtTest>
#include <atomic>
#include <future>
#include <thread>

using namespace slay;
using namespace std::chrono_literals;

class RunControlTest : public QObject {
    Q_OBJECT

  private slots:
    void goes_on_when_neither_paused_nor_stopped() {
        RunControl control;
        QVERIFY(control.wait_while_paused());
        control.pause();
        QVERIFY(control.paused());
        control.resume();
        QVERIFY(control.wait_while_paused());
        control.request_stop();
        QVERIFY(control.stop_requested() && control.token().stop_requested());
        QVERIFY(!control.wait_while_paused());
    }

    void a_pause_blocks_until_it_is_resumed() {
        RunControl control;
        std::vector<bool> told;
        control.set_pause_listener([&](bool paused) { told.push_back(paused); });
        control.pause();
        auto waiting = std::async(std::launch::async, [&] { return control.wait_while_paused(); });
        QCOMPARE(waiting.wait_for(50ms), std::future_status::timeout);
        control.resume();
        QVERIFY(waiting.get());
        QCOMPARE(told, (std::vector<bool>{true, false}));
    }

    void a_stop_ends_a_pause() {
        // Many times, as a wake-up that is lost now and then would be.
        for (int i = 0; i < 500; ++i) {
            RunControl control;
            control.pause();
            auto waiting =
                std::async(std::launch::async, [&] { return control.wait_while_paused(); });
            if (i % 2 == 0) std::this_thread::yield();
            control.request_stop();
            QVERIFY(!waiting.get());
        }
    }

    void the_listener_may_ask_back() {
        RunControl control;
        std::atomic<int> paused_seen = 0;
        control.set_pause_listener([&](bool) { paused_seen += control.paused(); });
        control.pause();
        auto waiting = std::async(std::launch::async, [&] { return control.wait_while_paused(); });
        while (paused_seen == 0) std::this_thread::yield();
        control.resume();
        QVERIFY(waiting.get());
        QCOMPARE(paused_seen.load(), 1);
    }
};

QTEST_APPLESS_MAIN(RunControlTest)
#include "run_control_test.moc"

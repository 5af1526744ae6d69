// How long an event waits for the window's thread during a run of 10,000 points, whose measuring is
// synthetic: an executor that answers at once, so that more events come in a second than any
// device gives. Printed, not judged, but for what no person would call alive.
#include <qcustomplot.h>

#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/window/window_fixture.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/results/results_panel.h"

using namespace slay;

namespace {

// 10,000 points: four variants at 2,500 lengths.
SweepSpec large_spec() {
    SweepSpec spec = small_spec();
    spec.experiments = {"latency"};
    auto& lengths = spec.axes["lengths"];
    lengths.clear();
    for (std::int64_t i = 0; i < 2500; ++i) lengths.emplace_back(64 + 4 * i);
    return spec;
}

// How long an event waits until the window's thread takes it, asked 200 times a second from another
// thread: what a key press would feel.
class Waits {
  public:
    explicit Waits(QObject& receiver)
        : thread_([this, &receiver](const std::stop_token& stop) {
              while (!stop.stop_requested()) {
                  std::this_thread::sleep_for(std::chrono::milliseconds(5));
                  const auto asked = Clock::now();
                  QMetaObject::invokeMethod(
                      &receiver,
                      [this, asked] {
                          taken_.push_back(
                              std::chrono::duration<double, std::milli>(Clock::now() - asked)
                                  .count());
                      },
                      Qt::QueuedConnection);
              }
          }) {}
    // In ms; ends the asking. Not before the receiver has taken what was asked.
    std::vector<double> taken() {
        thread_.request_stop();
        thread_.join();
        QCoreApplication::processEvents();
        return taken_;
    }

  private:
    using Clock = std::chrono::steady_clock;
    std::vector<double> taken_;  // by the window's thread alone
    std::jthread thread_;
};

}  // namespace

class WindowFramesTest : public QObject {
    Q_OBJECT

    Folders folders_;

  private slots:
    void ten_thousand_points() {
        apply_theme(ThemeChoice::light);
        FakeBehaviour behaviour;
        behaviour.sample = std::chrono::microseconds(0);
        behaviour.samples = 4;
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, large_spec());
        auto window = open_window(behaviour, options);
        Workspace& workspace = window->workspace();
        QTRY_COMPARE_WITH_TIMEOUT(workspace.spec().spec().name, std::string("small"), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(workspace.session().engine_state(),
                                  EngineSession::EngineState::ready, 60'000);
        int replots = 0;
        const QCustomPlot& plot = window->plots().view_of("latency_scaling")->plot();
        connect(&plot, &QCustomPlot::afterReplot, this, [&replots] { ++replots; });
        std::vector<double> taken;
        QElapsedTimer timer;
        timer.start();
        QEventLoop loop;
        connect(&workspace.session(), &EngineSession::run_ended, &loop, &QEventLoop::quit);
        QTimer::singleShot(300'000, &loop, &QEventLoop::quit);
        Waits waits(*window);
        window->actions().run->trigger();
        loop.exec();
        taken = waits.taken();
        const double seconds = static_cast<double>(timer.elapsed()) / 1e3;
        QCOMPARE(workspace.run().record().count(PointState::ok), std::size_t{10'000});
        QCOMPARE(window->results().shown_rows(), 10'000);
        std::sort(taken.begin(), taken.end());
        const auto part = [&](double p) {
            return taken[std::min(taken.size() - 1,
                                  static_cast<std::size_t>(p * static_cast<double>(taken.size())))];
        };
        const auto above = [&](double ms) {
            return taken.end() - std::upper_bound(taken.begin(), taken.end(), ms);
        };
        qInfo("10,000 points in %.1f s (%.0f a second), %d replots", seconds, 10'000 / seconds,
              replots);
        qInfo(
            "%zu events waited: median %.2f ms, 90 %% %.1f, 99 %% %.1f, longest %.0f ms; more than "
            "33 ms %td, more than 100 ms %td",
            taken.size(), part(0.5), part(0.9), part(0.99), taken.back(), above(33), above(100));
        QVERIFY(taken.back() < 5000);
        window->close();
    }
};

QTEST_MAIN(WindowFramesTest)
#include "window_frames_test.moc"

// How long the window's thread is busy at a time during a run of 10,000 points, whose measuring is
// synthetic: an executor that answers at once, so that more events come in a second than any
// device gives. Printed, not judged, but for what no person would call alive.
#include <qcustomplot.h>

#include <QAbstractEventDispatcher>
#include <QElapsedTimer>
#include <QTableView>
#include <algorithm>
#include <cmath>

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

// From waking up to going to sleep again: what a key press would have waited for.
class BusyTimes : public QObject {
  public:
    BusyTimes() {
        auto* dispatcher = QAbstractEventDispatcher::instance();
        connect(dispatcher, &QAbstractEventDispatcher::awake, this, [this] { timer_.start(); });
        connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, [this] {
            if (timer_.isValid())
                taken_.push_back(static_cast<double>(timer_.nsecsElapsed()) / 1e6);
            timer_.invalidate();
        });
    }
    std::vector<double> taken() const { return taken_; }  // in ms

  private:
    QElapsedTimer timer_;
    std::vector<double> taken_;
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
        {
            const BusyTimes busy;
            window->actions().run->trigger();
            QTRY_VERIFY_WITH_TIMEOUT(
                workspace.run().record().finished() && !workspace.session().busy(), 300'000);
            taken = busy.taken();
        }
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
        double sum = 0;
        for (const double each : taken) sum += each;
        qInfo(
            "10,000 points in %.1f s (%.0f a second), %d replots, the window's thread busy %.0f %%",
            seconds, 10'000 / seconds, replots, 0.1 * sum / seconds);
        qInfo(
            "%zu times awake: median %.2f ms, 90 %% %.1f, 99 %% %.1f, longest %.0f ms; above 33 "
            "ms %td, above 100 ms %td",
            taken.size(), part(0.5), part(0.9), part(0.99), taken.back(), above(33), above(100));
        QVERIFY(taken.back() < 5000);
        window->close();
    }
};

QTEST_MAIN(WindowFramesTest)
#include "window_frames_test.moc"

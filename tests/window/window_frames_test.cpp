// How long an event waits for the window's thread during a run of 10,000 points, whose measuring is
// synthetic: an executor that answers at once, so that more events come in a second than any
// device gives. Printed, not judged, but for what no person would call alive.
#include <qcustomplot.h>

#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <thread>

#include "tests/slow_build.h"
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

// "  0 -   4 ms  1520  ########": how many waits there were of each length.
void print_histogram(const std::vector<double>& ms) {
    constexpr std::array<double, 8> edges{0, 4, 8, 16, 33, 50, 100, 1e9};
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        const auto count = std::count_if(ms.begin(), ms.end(), [&](double each) {
            return each >= edges[i] && each < edges[i + 1];
        });
        const auto width = 60.0 * static_cast<double>(count) / static_cast<double>(ms.size());
        const QString upto = edges[i + 1] > 1e6 ? QString("    ") : QString::number(edges[i + 1]);
        qInfo("%4.0f - %4s ms %6td  %s", edges[i], qPrintable(upto), count,
              qPrintable(QString(static_cast<int>(std::ceil(width)), '#')));
    }
}

// What is shown at rest is what the record says: the table as one made anew from it, the figure as
// one built anew, the counts as counted.
bool shows_its_record(MainWindow& window) {
    RunDocument& run = window.workspace().run();
    const ResultsModel& shown = window.results().model();
    ResultsModel anew(run);
    anew.set_experiment(shown.experiment());
    if (anew.rowCount() != shown.rowCount() || anew.columnCount() != shown.columnCount())
        return false;
    for (int column = 0; column < anew.columnCount(); ++column) {
        if (anew.leading(column) != shown.leading(column)) return false;
        for (int row = 0; row < anew.rowCount(); ++row)
            if (anew.data(anew.index(row, column), Qt::DisplayRole) !=
                shown.data(shown.index(row, column), Qt::DisplayRole))
                return false;
    }
    const PlotView& view = *window.plots().view_of("latency_scaling");
    const FigureData figure = build_figure(view.figure(), run.record(), {});
    const auto& series = view.data().series;
    if (figure.series.size() != series.size()) return false;
    for (std::size_t i = 0; i < series.size(); ++i) {
        const auto &a = figure.series[i].points, &b = series[i].points;
        const bool same = std::equal(
            a.begin(), a.end(), b.begin(), b.end(),
            [](const FigurePoint& p, const FigurePoint& q) { return p.x == q.x && p.y == q.y; });
        if (!same) return false;
    }
    return run.points_done() == static_cast<int>(run.record().count(PointState::ok));
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
        QTRY_COMPARE_WITH_TIMEOUT(workspace.spec().spec().name, std::string("small"),
                                  patient(60'000));
        QTRY_COMPARE_WITH_TIMEOUT(workspace.session().engine_state(),
                                  EngineSession::EngineState::ready, patient(60'000));
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
        print_histogram(taken);
        QVERIFY(taken.back() < 5000);
        QTRY_VERIFY_WITH_TIMEOUT(shows_its_record(*window), patient(60'000));
        window->close();
    }
};

QTEST_MAIN(WindowFramesTest)
#include "window_frames_test.moc"

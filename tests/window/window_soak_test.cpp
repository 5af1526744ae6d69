// The window for hours, in minutes: run after run in one window, and one long run. Resident memory
// and open descriptors must not grow with what has been.
//   SLAY_SOAK_POINTS=1000   points of each of ten runs, and a tenth of those of the long one
#include <malloc.h>

#include <QAbstractItemModel>
#include <QDir>
#include <QTest>
#include <fstream>

#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/results/log_panel.h"
#include "widgets/results/results_panel.h"

using namespace slay;

namespace {

constexpr int runs = 10;
constexpr int variants_times_experiments = 8;

struct Taken {
    double megabytes = 0;  // resident
    double in_use = 0;     // MB that were allocated and not freed
    int descriptors = 0;
};

// What the process holds once freed memory went back to the system.
Taken taken() {
    malloc_trim(0);
    std::ifstream file("/proc/self/statm");
    double total = 0, resident = 0;
    file >> total >> resident;
    const auto open =
        QDir("/proc/self/fd").entryList(QDir::NoDotAndDotDot | QDir::System | QDir::AllEntries);
    const struct mallinfo2 heap = mallinfo2();
    return {resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6,
            static_cast<double>(heap.uordblks + heap.hblkhd) / 1e6, static_cast<int>(open.size())};
}

SweepSpec sweep_of(int points) {
    SweepSpec spec = small_spec();
    spec.name = "soak";
    spec.experiments = {"latency", "memory"};
    auto& lengths = spec.axes["lengths"];
    lengths.clear();
    for (int i = 1; i <= points / variants_times_experiments; ++i)
        lengths.push_back(std::int64_t{16} * i);
    return spec;
}

FakeBehaviour quick() {
    FakeBehaviour behaviour;
    behaviour.sample = std::chrono::microseconds(0);
    return behaviour;
}

}  // namespace

class WindowSoakTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;
    const int points_ = qMax(80, qEnvironmentVariableIntValue("SLAY_SOAK_POINTS"));

    void open(const SweepSpec& spec) {
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, spec);
        window_ = open_window(quick(), options);
        QTRY_COMPARE_WITH_TIMEOUT(window_->workspace().spec().spec().name, spec.name,
                                  patient(60'000));
    }
    RunDocument& run() { return window_->workspace().run(); }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void cleanup() { window_.reset(); }

    // The first run fills what is kept: fonts, icons, plots, the log's lines.
    void run_after_run() {
        open(sweep_of(points_));
        std::vector<Taken> after;
        for (int i = 0; i < runs; ++i) {
            window_->actions().run->trigger();
            QTRY_VERIFY_WITH_TIMEOUT(!idle(*window_), patient(60'000));
            QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(1'200'000));
            QCOMPARE(run().points_done(),
                     points_ / variants_times_experiments * variants_times_experiments);
            QCOMPARE(window_->results().model().rowCount(), run().points_done());
            QTest::qWait(50);  // the last frame
            after.push_back(taken());
            qInfo(
                "after run %2d (%6d points in all): %7.1f MB resident, %d descriptors, %d lines "
                "in the log",
                i + 1, (i + 1) * run().points_done(), after.back().megabytes,
                after.back().descriptors, window_->log().model().rowCount());
        }
        // Beyond the first: a log line and its time for each point are kept, up to 20,000 of them.
        const double grown = after.back().megabytes - after.front().megabytes;
        const double allowed = 4 + 0.5e-3 * points_ * (runs - 1);
        QVERIFY2(grown < allowed || slow_build() > 1, qPrintable(QString("%1 MB more").arg(grown)));
        // A folder may be looked through at that moment.
        QVERIFY(after.back().descriptors <= after.front().descriptors + 2);
    }

    // One run: what it adds is its own record, a few kilobytes for each point and its samples.
    void one_long_run() {
        open(sweep_of(points_ * runs));
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!idle(*window_), patient(60'000));
        std::vector<Taken> at;
        for (int i = 1; i <= runs; ++i) {
            QTRY_VERIFY_WITH_TIMEOUT(run().points_done() >= points_ * i || idle(*window_),
                                     patient(1'200'000));
            at.push_back(taken());
            qInfo("at point %6d: %6.1f MB resident, %5.1f MB allocated, %d descriptors",
                  run().points_done(), at.back().megabytes, at.back().in_use,
                  at.back().descriptors);
        }
        QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(1'200'000));
        QCOMPARE(run().points_done(), static_cast<int>(run().record().points().size()));
        const double each =
            (at.back().megabytes - at.front().megabytes) * 1e3 / (points_ * (runs - 1));
        qInfo("%.2f kB for each point after the first tenth", each);
        // In a short run what Qt keeps of icons and glyphs weighs too, some megabytes at most.
        const double allowed = 8 + 3e3 / (points_ * (runs - 1));
        // A sanitizer's allocator keeps what was freed, and looks for leaks itself.
        QVERIFY2(each < allowed || slow_build() > 1,
                 qPrintable(QString("%1 kB for each point").arg(each)));
        QVERIFY(at.back().descriptors <= at.front().descriptors + 2);
    }
};

QTEST_MAIN(WindowSoakTest)
#include "window_soak_test.moc"

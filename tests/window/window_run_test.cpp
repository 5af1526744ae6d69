// A run as the user sees it: curves and table fill, pause, cancel, run again, copy, export.
#include <qcustomplot.h>

#include <QAbstractItemModel>
#include <QComboBox>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <algorithm>
#include <ctime>

#include "engine/run/worker_executor.h"
#include "tests/slow_build.h"
#include "tests/window/window_fixture.h"
#include "widgets/editor/checked_field.h"
#include "widgets/editor/configuration_panel.h"
#include "widgets/plots/plot_tabs.h"
#include "widgets/plots/plot_view.h"
#include "widgets/results/log_panel.h"
#include "widgets/results/results_panel.h"
#include "widgets/window/message_bar.h"

using namespace slay;

namespace {

int drawn_points(const PlotView& view) {
    int count = 0;
    for (const Series& series : view.data().series)
        if (series.kind == SeriesKind::measured) count += static_cast<int>(series.points.size());
    return count;
}

double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// The time between two turns of the window's event loop: by the clock, and of the processor, which
// other work on the machine does not lengthen.
class FrameGaps : public QObject {
  public:
    FrameGaps() : used_(thread_seconds()) {
        timer_.start();
        startTimer(5, Qt::PreciseTimer);
    }
    std::vector<double> clock_ms, processor_ms;

  protected:
    void timerEvent(QTimerEvent*) override {
        const double used = thread_seconds();
        clock_ms.push_back(static_cast<double>(timer_.nsecsElapsed()) / 1e6);
        processor_ms.push_back((used - used_) * 1e3);
        used_ = used;
        timer_.start();
    }

  private:
    QElapsedTimer timer_;
    double used_;
};

void report(const char* name, std::vector<double> gaps) {
    std::sort(gaps.begin(), gaps.end());
    qInfo(
        "gap between turns of the event loop, %s: median %.1f ms, 95 %% under %.1f ms, longest "
        "%.1f ms, %lld of %zu over 50 ms",
        name, gaps[gaps.size() / 2], gaps[gaps.size() * 95 / 100], gaps.back(),
        static_cast<long long>(
            std::count_if(gaps.begin(), gaps.end(), [](double gap) { return gap > 50; })),
        gaps.size());
}

}  // namespace

class WindowRunTest : public QObject {
    Q_OBJECT

    Folders folders_;
    std::unique_ptr<MainWindow> window_;

    void open(FakeBehaviour behaviour, const SweepSpec& spec = small_spec()) {
        window_.reset();
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, spec);
        window_ = open_window(behaviour, options);
        QTRY_COMPARE_WITH_TIMEOUT(window_->workspace().spec().spec().name, spec.name,
                                  patient(60'000));
    }
    RunDocument& run() { return window_->workspace().run(); }
    EngineSession& session() { return window_->workspace().session(); }
    void finish() { QTRY_VERIFY_WITH_TIMEOUT(idle(*window_), patient(120'000)); }

  private slots:
    void initTestCase() { apply_theme(ThemeChoice::light); }
    void cleanup() { window_.reset(); }

    void curves_and_table_fill() {
        FakeBehaviour behaviour;
        behaviour.unsupported = {"linear"};
        open(behaviour);
        window_->actions().run->trigger();
        QVERIFY(window_->workspace().spec().locked());
        QTRY_VERIFY_WITH_TIMEOUT(run().points_done() > 0, patient(60'000));
        finish();
        QVERIFY(!window_->workspace().spec().locked());
        QCOMPARE(run().points_done(), static_cast<int>(run().record().points().size()));
        const PlotView* latency = window_->plots().view_of("latency_scaling");
        QVERIFY(latency);
        window_->plots().show_figure("latency_scaling");
        QTRY_COMPARE_WITH_TIMEOUT(drawn_points(*latency), 9,
                                  patient(60'000));  // 3 variants measured at 3 lengths
        const QAbstractItemModel& table = window_->results().model();
        QCOMPARE(table.rowCount(),
                 run().points_done() > 0 ? int(run().record().points().size()) : 0);
        int unsupported = 0;
        for (int row = 0; row < table.rowCount(); ++row) {
            if (table.index(row, 0).data().toString() != "unsupported") continue;
            ++unsupported;
            QVERIFY(!table.index(row, 0).data(Qt::DecorationRole).isNull());
            QVERIFY(table.index(row, 0).data(Qt::ToolTipRole).toString().contains("cannot"));
        }
        QVERIFY(unsupported >= 3);
        QVERIFY(window_->log().model().rowCount() > table.rowCount());
    }

    void the_figure_that_grows_is_in_front_until_another_is_taken() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(3);
        open(slow);
        window_->actions().run->trigger();
        QStringList seen;
        const auto over = [&] {
            const PlotView* front = window_->plots().current_view();
            const QString id = front ? QString::fromStdString(front->figure().id) : QString();
            if (!id.isEmpty() && run().in_flight() && !seen.contains(id)) seen << id;
            return idle(*window_);
        };
        QTRY_VERIFY_WITH_TIMEOUT(over(), patient(60'000));
        QCOMPARE(seen.size(), 3);
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(run().in_flight(), patient(60'000));
        window_->plots().show_figure("memory_scaling");
        finish();
        QCOMPARE(window_->plots().current_view(), window_->plots().view_of("memory_scaling"));
    }

    void the_other_figures_fill_too() {
        open({});
        window_->actions().run->trigger();
        finish();
        const auto experiments = small_spec().experiments;
        int filled = 0;
        // Three tabs are no figures: the choice, the comparison of runs and the explorer.
        for (std::size_t i = 0; i < window_->plots().views().size() + 3; ++i) {
            window_->plots().step_tab(1);
            PlotView* shown = window_->plots().current_view();  // null: no figure
            if (!shown) continue;
            if (std::find(experiments.begin(), experiments.end(), shown->figure().experiment) ==
                experiments.end())
                continue;
            QTRY_VERIFY2_WITH_TIMEOUT(drawn_points(*shown) > 0, shown->figure().id.c_str(),
                                      patient(60'000));
            ++filled;
        }
        QCOMPARE(filled, 3);
    }

    void the_curves_of_a_training_offer_their_metrics() {
        open({});
        window_->actions().run->trigger();
        finish();
        window_->plots().show_figure("training_curves");
        PlotView* view = window_->plots().view_of("training_curves");
        QVERIFY(view);
        QComboBox* metrics = nullptr;
        for (QComboBox* each : view->findChildren<QComboBox*>())
            if (each->accessibleName() == "Metric shown") metrics = each;
        QVERIFY(metrics && !metrics->isHidden());
        QCOMPARE(metrics->count(), 6);
        QCOMPARE(metrics->itemText(2), QStringLiteral("Perplexity"));
        QTest::keyClick(metrics, Qt::Key_Down);
        QTRY_COMPARE_WITH_TIMEOUT(view->data().metric, std::string("validation_loss"),
                                  patient(60'000));
        for (QComboBox* each :
             window_->plots().view_of("latency_scaling")->findChildren<QComboBox*>())
            QVERIFY(each->accessibleName() != "Metric shown" || each->isHidden());
    }

    void cancel_is_seen_at_once_and_keeps_what_was_measured() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(5);
        slow.samples = 20;
        open(slow);
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(run().points_done() >= 2, patient(60'000));
        QElapsedTimer timer;
        timer.start();
        QTest::mouseClick(window_->actions().stop_button, Qt::LeftButton);
        QVERIFY(!window_->actions().stop->isEnabled());  // seen: "Stopping..."
        const double seen_ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        finish();
        qInfo("cancel: seen after %.2f ms, run over after %lld ms (one sample takes 5 ms)", seen_ms,
              timer.elapsed());
        QVERIFY(window_->actions().run->isVisible());
        QVERIFY(run().record().finished());
        QCOMPARE(run().record().outcome(), RunOutcome::cancelled);
        const int kept = run().points_done();
        QVERIFY(kept >= 2 && kept < static_cast<int>(run().record().points().size()));
        QVERIFY(run().resumable());
        // To be seen, and to be had: in the menu, and where the end of the run is told.
        QVERIFY(window_->actions().resume->isVisible() && window_->actions().resume->isEnabled());
        QVERIFY2(window_->messages().text().contains("left open"),
                 qPrintable(window_->messages().text()));

        const std::string id = run().record().run();
        window_->actions().resume->trigger();
        QVERIFY(!window_->actions().resume->isVisible());
        QVERIFY(!window_->messages().isVisible());
        finish();
        QCOMPARE(run().record().run(), id);
        QCOMPARE(run().points_done(), static_cast<int>(run().record().points().size()));
        QVERIFY(!run().resumable());
    }

    void pause_and_continue() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(3);
        open(slow);
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(run().points_done() > 0, patient(60'000));
        window_->actions().pause->trigger();
        QCOMPARE(session().run_state(), EngineSession::RunState::paused);
        QCOMPARE(window_->actions().pause->text(), QString("Continue"));
        QTest::qWait(1000);  // what was in flight comes to rest
        const int held = run().points_done();
        QTest::qWait(300);
        QCOMPARE(run().points_done(), held);
        window_->actions().pause->trigger();
        finish();
        QCOMPARE(run().points_done(), static_cast<int>(run().record().points().size()));
    }

    void a_second_run_starts_clean() {
        open({});
        window_->actions().run->trigger();
        finish();
        const std::string first = run().record().run();
        const QString folder = run().folder();
        window_->actions().run->trigger();
        finish();
        QVERIFY(run().record().run() != first);
        QVERIFY(run().folder() != folder);
        QCOMPARE(window_->results().model().rowCount(),
                 static_cast<int>(run().record().points().size()));
    }

    void a_finished_run_opens_again_as_it_was() {
        open({});
        window_->actions().run->trigger();
        finish();
        const QString before = window_->results().tsv();
        const QString folder = run().folder();
        run().clear();
        window_->workspace().open(folder);
        QTRY_VERIFY_WITH_TIMEOUT(run().has_run(), patient(60'000));
        QCOMPARE(window_->results().tsv(), before);
    }

    void table_copies_as_tsv() {
        open({});
        window_->actions().run->trigger();
        finish();
        window_->results().scope().setCurrentIndex(1);
        const QStringList lines = window_->results().tsv().split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), window_->results().model().rowCount() + 1);
        QVERIFY2(lines[0].startsWith("State\t"), qPrintable(lines[0]));
        QVERIFY2(lines[0].contains("Latency (ms)"), qPrintable(lines[0]));
        const auto cells = lines[0].count('\t');
        for (const QString& line : lines) QCOMPARE(line.count('\t'), cells);
        window_->results().table().selectRow(0);
        QCOMPARE(window_->results().tsv().split('\n', Qt::SkipEmptyParts).size(), 2);
    }

    void table_shows_the_points_of_the_figure_in_front() {
        open({});
        window_->actions().run->trigger();
        finish();
        ResultsPanel& results = window_->results();
        const auto rows = [&](const std::string& experiment) {
            const auto& points = run().record().points();
            return static_cast<int>(std::count_if(
                points.begin(), points.end(),
                [&](const RecordedPoint& each) { return each.point.experiment == experiment; }));
        };
        QVERIFY(rows("latency") > 0 && rows("memory") > 0);
        window_->plots().show_figure("latency_scaling");
        QCOMPARE(results.shown_rows(), rows("latency"));
        QVERIFY(!results.tsv().contains("Peak memory"));
        window_->plots().show_figure("memory_scaling");
        QCOMPARE(results.shown_rows(), rows("memory"));
        QVERIFY(results.tsv().contains("Peak memory (MB)"));
        results.scope().setCurrentIndex(1);
        QCOMPARE(results.shown_rows(), results.model().rowCount());
        QVERIFY(results.tsv().contains("Latency (ms)"));
    }

    void sorting_puts_what_is_missing_last() {
        FakeBehaviour behaviour;
        behaviour.unsupported = {"linear"};
        open(behaviour);
        window_->actions().run->trigger();
        finish();
        QTableView& table = window_->results().table();
        int latency = -1;
        for (int column = 0; column < table.model()->columnCount(); ++column)
            if (table.model()->headerData(column, Qt::Horizontal).toString() == "Latency (ms)")
                latency = column;
        QVERIFY(latency >= 0);
        for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
            table.sortByColumn(latency, order);
            bool gap = false;
            QVariant last;
            for (int row = 0; row < table.model()->rowCount(); ++row) {
                const QVariant value =
                    table.model()->index(row, latency).data(ResultsModel::sort_role);
                if (!value.isValid()) {
                    gap = true;
                    continue;
                }
                QVERIFY2(!gap, "a value stands after a gap");
                if (last.isValid())
                    QVERIFY(order == Qt::AscendingOrder ? last.toDouble() <= value.toDouble()
                                                        : last.toDouble() >= value.toDouble());
                last = value;
            }
            QVERIFY(gap);
        }
    }

    void export_writes_the_paper_files() {
        open({});
        window_->actions().run->trigger();
        finish();
        QSignalSpy exported(&window_->workspace(), &Workspace::export_finished);
        window_->actions().export_here->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 1, patient(60'000));
        for (const char* file : {"artifacts/benchmark_results.json", "tables/latency_scaling.tex",
                                 "tables/memory_scaling.tex", "figures/latency_scaling.pdf",
                                 "figures/memory_scaling.pdf"})
            QVERIFY2(QFileInfo(run().folder() + '/' + file).size() > 100, file);
        QVERIFY(window_->messages().text().contains(run().folder()));
    }

    void a_hand_made_zoom_stays_while_points_arrive() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(2);
        open(slow);
        window_->actions().run->trigger();
        window_->plots().show_figure("latency_scaling");
        PlotView* latency = window_->plots().view_of("latency_scaling");
        QTRY_VERIFY_WITH_TIMEOUT(drawn_points(*latency) >= 4, patient(60'000));
        latency->zoom(0.5);
        const QCPRange x = latency->plot().xAxis->range();
        const QCPRange y = latency->plot().yAxis->range();
        const int at = drawn_points(*latency);
        QTRY_VERIFY_WITH_TIMEOUT(drawn_points(*latency) > at, patient(60'000));
        finish();
        QVERIFY(latency->plot().xAxis->range() == x);
        QVERIFY(latency->plot().yAxis->range() == y);
        latency->reset_view();
        QTRY_VERIFY_WITH_TIMEOUT(!(latency->plot().xAxis->range() == x), patient(60'000));
    }

    // The engine of the run crashes in a worker: the point is marked, the log names the worker that
    // was replaced, and the run goes on to its end.
    void a_crashing_engine_costs_a_point() {
        for (const char* options : {"ASAN_OPTIONS", "TSAN_OPTIONS"})
            qputenv(options, qgetenv(options) + crash_by_signal);
        qputenv("SLAY_ENGINE", SLAY_FAKE_ENGINE);
        qputenv("FAKE_CRASH", "linear");
        window_.reset();
        StartOptions options;
        options.safe = true;
        options.path = write_preset(folders_, small_spec());
        window_ = std::make_unique<MainWindow>(
            [] {
                return WorkerExecutor::start({SLAY_BIN_DIR "/slay-bench", {"worker"}, {}});
            },
            options);
        window_->show();
        QTRY_COMPARE_WITH_TIMEOUT(window_->workspace().spec().spec().name, small_spec().name,
                                  patient(60'000));
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(run().points_done() > 0, patient(60'000));
        finish();
        qunsetenv("SLAY_ENGINE");
        qunsetenv("FAKE_CRASH");
        const RunRecord& record = run().record();
        QCOMPARE(record.outcome(), RunOutcome::finished);
        for (const RecordedPoint& each : record.points()) {
            const bool crashed = each.point.variant == "linear";
            QCOMPARE(each.result.state, crashed ? PointState::failed : PointState::ok);
            if (crashed)
                QVERIFY2(each.result.reason.find("was ended by signal 11") != std::string::npos,
                         each.result.reason.c_str());
        }
        const auto& messages = record.messages();
        QVERIFY(std::any_of(messages.begin(), messages.end(), [](const LoggedMessage& message) {
            return message.severity == Severity::warning &&
                   message.text.find("It is replaced.") != std::string::npos;
        }));
        if (qEnvironmentVariableIsSet("SLAY_SCREENSHOT"))
            window_->grab().save(qEnvironmentVariable("SLAY_SCREENSHOT"));
    }

    void the_legend_toggles_a_curve() {
        open({});
        window_->actions().run->trigger();
        finish();
        window_->plots().show_figure("latency_scaling");
        PlotView* latency = window_->plots().view_of("latency_scaling");
        QTRY_VERIFY_WITH_TIMEOUT(drawn_points(*latency) > 0, patient(60'000));
        const QString id = QString::fromStdString(latency->data().series.front().id);
        latency->toggle_curve(id);
        QCOMPARE(latency->hidden_curves(), QStringList{id});
        QTRY_VERIFY_WITH_TIMEOUT(latency->data().series.front().hidden, patient(60'000));
        latency->toggle_curve(id);
        QVERIFY(latency->hidden_curves().isEmpty());
    }

    void closing_during_a_run_keeps_the_journal() {
        FakeBehaviour slow;
        slow.sample = std::chrono::milliseconds(3);
        open(slow);
        window_->actions().run->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(run().points_done() >= 2, patient(60'000));
        const QString folder = run().folder();
        const int seen = run().points_done();
        window_->actions().quit->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!window_->isVisible(), patient(60'000));
        const auto journal = read_journal(folder.toStdString());
        QVERIFY(journal.ok());
        QVERIFY(journal->skipped.empty());
        const auto& points = journal->record.points();
        const auto done = std::count_if(points.begin(), points.end(), [](const RecordedPoint& p) {
            return is_final(p.result.state);
        });
        QVERIFY(done >= seen);
    }

    void frame_gaps_in_a_fast_run() {
        SweepSpec spec = small_spec();
        spec.experiments = {"latency"};
        spec.axes["lengths"].clear();
        for (std::int64_t n = 1; n <= 500; ++n) spec.axes["lengths"].emplace_back(16 * n);
        FakeBehaviour fast;
        fast.sample = std::chrono::microseconds(0);
        open(fast, spec);
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().estimator().plan(), patient(60'000));
        FrameGaps frames;
        QElapsedTimer timer;
        timer.start();
        window_->actions().run->trigger();
        finish();
        const qint64 total = timer.elapsed();
        QCOMPARE(run().points_done(), 2000);
        qInfo("2,000 points in %lld ms", total);
        report("by the clock", frames.clock_ms);
        report("processor time", frames.processor_ms);
    }
};

QTEST_MAIN(WindowRunTest)
#include "window_run_test.moc"

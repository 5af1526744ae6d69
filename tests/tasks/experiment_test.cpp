// The experiment through the engine's door: what a run of it tells.
#include <QtTest>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/run/engine_library.h"
#include "tests/measure/recording_observer.h"

extern "C" slay::Engine* slay_create_executor(int abi);

using namespace slay;

namespace {

Point task_point(const std::string& task, std::int64_t steps, const Parameters& more = {}) {
    Parameters parameters;
    parameters.set("task", task);
    parameters.set("vocabulary", std::int64_t{8});
    parameters.set("batch", std::int64_t{32});
    parameters.set("layers", std::int64_t{2});
    parameters.set("block", std::string("attention"));
    parameters.set("steps", steps);
    parameters.set("learning_rate", 1e-2);
    parameters.set("seeds", std::string("0,1,7"));
    for (const auto& [id, value] : more) parameters.set(id, value);
    return make_point("tasks", "standard", 13, parameters);
}

void run(const std::vector<Point>& points, RecordingObserver& observer, RunControl& control) {
    const std::unique_ptr<Executor> executor(slay_create_executor(engine_abi));
    SweepSpec spec;
    executor->run_group(points, {spec, "cpu", control, observer});
    QVERIFY(!observer.out_of_order);
}

PointResult run(const Point& point) {
    RecordingObserver observer;
    RunControl control;
    run({point}, observer, control);
    return observer.entries.at(point.id).result;
}

}  // namespace

class ExperimentTest : public QObject {
    Q_OBJECT

  private slots:
    void softmax_learns_to_recall() {
        const Point point = task_point("associative-recall", 250);
        RecordingObserver observer;
        RunControl control;
        run({point}, observer, control);
        const auto& entry = observer.entries.at(point.id);
        const PointResult& result = entry.result;
        QVERIFY2(result.state == PointState::ok, result.reason.c_str());
        const auto& metrics = result.metrics;
        QCOMPARE(metrics.at("chance_accuracy").value, 0.25);  // four values
        const double accuracy = metrics.at("accuracy").value;
        QVERIFY2(accuracy > 0.5, qPrintable(QString::number(accuracy)));
        QVERIFY(metrics.at("exact_match").value <= accuracy);
        QVERIFY(metrics.at("task_loss").value < std::log(4.0));
        QVERIFY(metrics.at("training_seconds").value > 0);
        QCOMPARE(metrics.at("diverged_seeds").value, 0.0);
        QCOMPARE(metrics.at("accuracy").count, 3);
        QCOMPARE(result.notes.at("answers"), std::string("4"));
        QVERIFY(result.notes.contains("sd_accuracy"));
        // The curves: one sample a step and seed, and they fall.
        QCOMPARE(entry.samples.at("accuracy").size(), std::size_t{3});
        for (const char* seed : {"0", "1", "7"}) {
            const auto& curve = entry.samples.at(std::string("loss_of_seed_") + seed);
            QCOMPARE(curve.size(), std::size_t{250});
            QVERIFY(curve.back() < curve.front());
        }
    }

    void a_training_that_diverges_fails_with_its_step() {
        Parameters wild;
        wild.set("learning_rate", 10.0);
        wild.set("dtype", std::string("bfloat16"));
        const PointResult result = run(task_point("copy", 300, wild));
        QVERIFY(result.state == PointState::failed);
        QVERIFY2(result.reason.find("diverged") != std::string::npos, result.reason.c_str());
        for (const char* seed : {"seed 0 at step ", "seed 1 at step ", "seed 7 at step "})
            QVERIFY2(result.reason.find(seed) != std::string::npos, result.reason.c_str());
        QVERIFY(!result.metrics.contains("accuracy"));
        QCOMPARE(result.metrics.at("diverged_seeds").value, 3.0);
    }

    void what_cannot_be_trained_is_unsupported() {
        Parameters half;
        half.set("dtype", std::string("float16"));
        Parameters narrow;
        narrow.set("length", std::int64_t{5});
        for (const auto& [more, word] : {std::pair(half, "float16"), std::pair(narrow, "length")}) {
            const PointResult result = run(task_point("multi-hop", 5, more));
            QVERIFY(result.state == PointState::unsupported);
            QVERIFY2(result.reason.find(word) != std::string::npos, result.reason.c_str());
        }
    }

    void a_stop_leaves_the_point_open() {
        const Point point = task_point("copy", 100000);
        RecordingObserver observer;
        RunControl control;
        observer.on_samples = [&] { control.request_stop(); };
        run({point}, observer, control);
        QCOMPARE(observer.entries.at(point.id).started, 1);
        QCOMPARE(observer.entries.at(point.id).finished, 0);
    }
};

QTEST_APPLESS_MAIN(ExperimentTest)
#include "experiment_test.moc"

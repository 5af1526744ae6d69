// Measurement on a GPU: run only where one is.
#include <QtTest>
#include <algorithm>
#include <memory>

#include "engine/core/variant_info.h"
#include "engine/measure/gpu.h"
#include "engine/run/engine_library.h"
#include "tests/measure/recording_observer.h"

extern "C" slay::Engine* slay_create_executor(int abi);

using namespace slay;

class GpuMeasureTest : public QObject {
    Q_OBJECT

    const std::unique_ptr<Executor> executor_{slay_create_executor(engine_abi)};

    RecordingObserver run(const std::vector<Point>& group, double budget_gb = 80,
                          const std::string& launch = "eager") {
        SweepSpec spec;
        spec.measurement.point_seconds = 0.3;
        spec.measurement.memory_budget_gb = budget_gb;
        spec.measurement.launch = launch;
        RunControl control;
        RecordingObserver observer;
        executor_->run_group(group, {spec, "cuda:0", control, observer});
        return observer;
    }

  private slots:
    void the_gpu_is_the_first_device() {
        const std::vector<DeviceInfo> devices = executor_->devices();
        QVERIFY(devices.size() >= 2);
        QVERIFY(devices.front().cuda);
        QVERIFY(devices.front().sm_count > 0);
        QVERIFY(!devices.front().capability.empty());
        const Result<DeviceInfo> resolved = executor_->resolve_device("auto");
        QVERIFY(resolved);
        QVERIFY(resolved->free_bytes > 0);
        const Provenance provenance = executor_->provenance("cuda:0", {});
        QVERIFY(!provenance.driver_version.empty());
        QVERIFY(!provenance.cuda_version.empty());
    }

    void every_variant_has_a_latency() {
        std::vector<Point> group;
        for (const VariantInfo& variant : variant_catalog()) {
            Parameters pass;
            pass.set("pass", std::string("forward+backward"));
            group.push_back(make_point("latency", variant.name, 256, pass));
        }
        const RecordingObserver told = run(group);
        QVERIFY(!told.out_of_order);
        for (const Point& point : group) {
            const auto& entry = told.entries.at(point.id);
            QCOMPARE(entry.finished, 1);
            QVERIFY2(is_measured(entry.result.state),
                     (point.variant + ": " + entry.result.reason).c_str());
            QCOMPARE(entry.result.notes.at("l2"), std::string("cold"));
            QVERIFY(entry.result.notes.contains("clocks"));
        }
    }

    void a_recorded_pass_is_replayed() {
        std::vector<Point> group;
        for (const char* pass : {"forward", "forward+backward", "backward"}) {
            Parameters parameters;
            parameters.set("pass", std::string(pass));
            group.push_back(make_point("latency", "yat-performer-anchor", 256, parameters));
        }
        const RecordingObserver told = run(group, 80, "graph");
        for (const Point& point : group) {
            const PointResult& result = told.entries.at(point.id).result;
            QVERIFY2(is_measured(result.state), result.reason.c_str());
            const bool alone = point.parameters.text("pass", "") == "backward";
            QCOMPARE(result.notes.at("launch") == "graph", !alone);
        }
    }

    void tf32_is_a_lane_of_its_own() {
        Parameters parameters;
        parameters.set("dtype", std::string("tf32"));
        const Point point = make_point("latency", "standard", 256, parameters);
        const RecordingObserver told = run({point});
        const PointResult& result = told.entries.at(point.id).result;
        QVERIFY2(is_measured(result.state), result.reason.c_str());
        QCOMPARE(result.notes.at("arithmetic"), std::string("TF32"));
        QVERIFY(result.metrics.at("implementation_error").value > 1e-5);  // float32's are below
    }

    void memory_is_the_peak_of_the_allocator() {
        const Point point = make_point("memory", "standard", 2048);
        const RecordingObserver told = run({point});
        const PointResult& result = told.entries.at(point.id).result;
        QVERIFY2(result.state == PointState::ok, result.reason.c_str());
        const double scores_mb = 2.0 * 2048 * 2048 * 4 / 1e6;
        QVERIFY(result.metrics.at("peak_mb").value > scores_mb);
        QVERIFY(result.metrics.at("peak_absolute_mb").value > result.metrics.at("peak_mb").value);
        QVERIFY(result.metrics.at("reserved_mb").value >=
                result.metrics.at("peak_absolute_mb").value);
    }

    void out_of_memory_is_a_row_and_the_next_point_runs() {
        const Point large = make_point("latency", "standard", 32768);  // 8.6 GB of scores
        const Point small = make_point("latency", "linear", 256);
        const RecordingObserver told = run({large, small}, 2);
        QCOMPARE(told.entries.at(large.id).result.state, PointState::out_of_memory);
        QVERIFY(is_measured(told.entries.at(small.id).result.state));
    }

    void the_longest_context_ends_at_a_real_out_of_memory() {
        Point point = make_point("max-context", "standard", 1);
        point.parameters.erase("length");
        const RecordingObserver told = run({point}, 2);
        const auto& entry = told.entries.at(point.id);
        const PointResult& result = entry.result;
        QVERIFY2(result.state == PointState::ok, result.reason.c_str());
        QCOMPARE(result.notes.at("bound"), std::string("memory"));
        // Scores in float32, once and twice: 8 L^2 and 16 L^2 bytes of 2 GB.
        const double length = result.metrics.at("max_length").value;
        QVERIFY2(length > 8000 && length < 15900, qPrintable(QString::number(length)));
        QVERIFY(result.metrics.at("peak_absolute_mb").value <= 2000);
        const auto& fits = entry.samples.at("fits");
        QVERIFY(std::count(fits.begin(), fits.end(), 0.0) > 0);
        // Nothing is left of the search.
        const Point next = make_point("latency", "linear", 256);
        QVERIFY(is_measured(run({next}).entries.at(next.id).result.state));
    }

    void a_context_that_answers_is_not_lost() { QVERIFY(gpu_context_error(0).empty()); }
};

QTEST_GUILESS_MAIN(GpuMeasureTest)
#include "gpu_measure_test.moc"

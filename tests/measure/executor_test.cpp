// The executor end to end at tiny sizes on the CPU.
#include <QElapsedTimer>
#include <QtTest>
#include <algorithm>
#include <map>
#include <memory>
#include <thread>

#include "engine/core/statistics.h"
#include "engine/core/variant_info.h"
#include "engine/measure/probe_protocol.h"
#include "engine/run/engine_library.h"
#include "tests/measure/recording_observer.h"
#include "tests/slow_build.h"

extern "C" slay::Engine* slay_create_executor(int abi);

using namespace slay;

namespace {

SweepSpec small_spec() {
    SweepSpec spec;
    spec.measurement.point_seconds = 0.2 * slow_build();
    spec.measurement.min_samples = 10;
    spec.measurement.max_samples = 40;
    spec.measurement.relative_interval = 0.05;
    return spec;
}

Parameters with(const std::string& id, ParameterValue value) {
    Parameters parameters;
    parameters.set(id, std::move(value));
    return parameters;
}

// As the plan has them: without a length.
Point make_context_point(const std::string& variant) {
    Point point = make_point("max-context", variant, 1);
    point.parameters.erase("length");
    point.id = point_id(point.experiment, variant, point.parameters);
    return point;
}

std::vector<Point> group_of_all(const std::string& experiment, const std::string& pass) {
    std::vector<Point> group;
    for (const VariantInfo& variant : variant_catalog()) {
        group.push_back(make_point(experiment, variant.name, 64, with("pass", pass)));
    }
    return group;
}

}  // namespace

class ExecutorTest : public QObject {
    Q_OBJECT

    const std::unique_ptr<Engine> executor_{slay_create_executor(engine_abi)};

    RecordingObserver run(const std::vector<Point>& group, const SweepSpec& spec = small_spec()) {
        RunControl control;
        RecordingObserver observer;
        executor_->run_group(group, {spec, "cpu", control, observer});
        return observer;
    }

  private slots:
    void the_library_gives_an_executor_of_its_own_abi_only() {
        QVERIFY(executor_);
        QVERIFY(slay_create_executor(engine_abi + 1) == nullptr);
    }

    void the_cpu_is_the_last_device() {
        const std::vector<DeviceInfo> devices = executor_->devices();
        QVERIFY(!devices.empty());
        const DeviceInfo& cpu = devices.back();
        QCOMPARE(cpu.id, std::string("cpu"));
        QVERIFY(!cpu.cuda);
        QVERIFY(!cpu.name.empty());
        QVERIFY(cpu.sm_count >= 1);
        QVERIFY(cpu.free_bytes > 0 && cpu.free_bytes <= cpu.memory_bytes);
        // Measured, not the defaults: no machine this runs on is outside of these.
        QVERIFY(cpu.rates.matrix_flops > 1e8 && cpu.rates.matrix_flops < 1e14);
        QVERIFY(cpu.rates.bytes_per_second > 1e8 && cpu.rates.bytes_per_second < 1e13);
        QVERIFY(cpu.rates.launch_seconds > 1e-8 && cpu.rates.launch_seconds < 1e-2);
        const Result<DeviceInfo> resolved = executor_->resolve_device("auto");
        QVERIFY(resolved);
        QCOMPARE(resolved->id, devices.front().id);
    }

    void an_absent_device_is_refused_with_those_there() {
        const Result<DeviceInfo> device = executor_->resolve_device("cuda:97");
        QVERIFY(!device);
        QCOMPARE(device.error().kind, ErrorKind::no_device);
        QVERIFY2(device.error().message.find("cpu") != std::string::npos,
                 device.error().message.c_str());
    }

    void provenance_names_libtorch_and_the_threads() {
        Measurement measurement;
        measurement.threads = 1;
        const Provenance provenance = executor_->provenance("cpu", measurement);
        QVERIFY(provenance.libtorch_version.starts_with("2."));
        QCOMPARE(provenance.cpu_threads, 1);
        QCOMPARE(provenance.device, std::string("cpu"));
        QCOMPARE(provenance.clocks, std::string("clocks unknown"));
    }

    void every_variant_has_a_latency_data() {
        QTest::addColumn<QString>("pass");
        QTest::newRow("forward") << "forward";
        QTest::newRow("backward") << "backward";
        QTest::newRow("forward+backward") << "forward+backward";
    }
    void every_variant_has_a_latency() {
        QFETCH(QString, pass);
        const std::vector<Point> group = group_of_all("latency", pass.toStdString());
        const RecordingObserver told = run(group);
        QVERIFY(!told.out_of_order);
        for (const Point& point : group) {
            const auto& entry = told.entries.at(point.id);
            QCOMPARE(entry.started, 1);
            QCOMPARE(entry.finished, 1);
            QVERIFY2(is_measured(entry.result.state),
                     (point.variant + ": " + entry.result.reason).c_str());
            const auto& samples = entry.samples.at("latency_ms");
            QVERIFY(!samples.empty());
            QVERIFY(*std::min_element(samples.begin(), samples.end()) > 0);
            for (std::size_t i = 1; i < entry.rounds.size(); ++i) {
                QCOMPARE(entry.rounds[i], entry.rounds[i - 1] + 1);
            }
            QVERIFY(entry.result.metrics.contains("implementation_error"));
            QCOMPARE(entry.result.notes.at("implementation"), std::string("aten"));
            if (point.variant == "standard-fused") QVERIFY(entry.result.notes.contains("backend"));
            if (entry.result.state == PointState::unconverged)
                QVERIFY(!entry.result.reason.empty());
        }
    }

    void the_lane_of_the_core_is_measured_too() {
        const Point point = make_point("latency", "linear", 64, with("lane", std::string("core")));
        const RecordingObserver told = run({point});
        QVERIFY(is_measured(told.entries.at(point.id).result.state));
    }

    void a_miss_in_the_conformance_gate_shows_no_latency() {
        // A random feature cannot be drawn over fewer than one node: the gate refuses the variant.
        const Point point =
            make_point("latency", "yat-performer-anchor", 64, with("nodes", std::int64_t{0}));
        const RecordingObserver told = run({point});
        const auto& entry = told.entries.at(point.id);
        QCOMPARE(entry.finished, 1);
        QVERIFY(!is_measured(entry.result.state));
        QVERIFY(!entry.result.reason.empty());
        QVERIFY(!entry.samples.contains("latency_ms"));
    }

    void an_unknown_variant_or_experiment_is_a_row_with_a_reason() {
        const Point variant = make_point("latency", "no-such-variant", 64);
        RecordingObserver told = run({variant});
        QCOMPARE(told.entries.at(variant.id).result.state, PointState::unsupported);
        const Point experiment = make_point("no-such-experiment", "standard", 64);
        told = run({experiment});
        QCOMPARE(told.entries.at(experiment.id).result.state, PointState::unsupported);
        QVERIFY(!told.entries.at(experiment.id).result.reason.empty());
    }

    void what_cannot_fit_is_not_run() {
        Point large = make_point("latency", "standard", 64);
        large.prediction.peak_bytes = 1e15;
        const Point small = make_point("latency", "linear", 64);
        const RecordingObserver told = run({large, small});
        const auto& entry = told.entries.at(large.id);
        QCOMPARE(entry.result.state, PointState::out_of_memory);
        QVERIFY2(entry.result.reason.find("Admission limit") != std::string::npos,
                 entry.result.reason.c_str());
        QVERIFY(is_measured(told.entries.at(small.id).result.state));
    }

    void a_cancel_is_seen_within_one_sample() {
        SweepSpec spec = small_spec();
        spec.measurement.point_seconds = 600;  // unless it is stopped
        spec.measurement.relative_interval = 1e-9;
        spec.measurement.max_samples = 1'000'000;
        RunControl control;
        RecordingObserver observer;
        QElapsedTimer since_stop;
        observer.on_samples = [&] {
            if (control.stop_requested()) return;
            control.request_stop();
            since_stop.start();
        };
        const Point point = make_point("latency", "linear", 256);
        executor_->run_group(std::vector{point}, {spec, "cpu", control, observer});
        QVERIFY(since_stop.isValid());
        const auto elapsed = since_stop.elapsed();
        QVERIFY2(elapsed < 60'000, qPrintable(QString::number(elapsed)));
        QCOMPARE(observer.entries.at(point.id).started, 1);
        QCOMPARE(observer.entries.at(point.id).finished, 0);  // run again by --resume
        QVERIFY(!observer.entries.at(point.id).samples.at("latency_ms").empty());
    }

    void a_pause_holds_the_samples() {
        SweepSpec spec = small_spec();
        RunControl control;
        RecordingObserver observer;
        control.pause();
        QElapsedTimer timer;
        timer.start();
        std::jthread resumer([&control] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            control.resume();
        });
        const Point point = make_point("latency", "linear", 64);
        executor_->run_group(std::vector{point}, {spec, "cpu", control, observer});
        QVERIFY(timer.elapsed() >= 300);
        QCOMPARE(observer.entries.at(point.id).finished, 1);
    }

    void the_number_of_threads_is_recorded() {
        SweepSpec spec = small_spec();
        spec.measurement.threads = 1;
        const Point point = make_point("latency", "linear", 64);
        QCOMPARE(run({point}, spec).entries.at(point.id).result.notes.at("threads"),
                 std::string("1"));
    }

    void memory_is_measured_in_a_process_of_its_own() {
        // [B, H, L, L] scores in float32, twice: no implementation of the name takes less.
        constexpr std::int64_t length = 2048;
        const Parameters pass = with("pass", std::string("forward"));
        const Point standard = make_point("memory", "standard", length, pass);
        const Point linear = make_point("memory", "linear", length, pass);
        const RecordingObserver told = run({standard, linear});
        const PointResult& quadratic = told.entries.at(standard.id).result;
        QVERIFY2(quadratic.state == PointState::ok, quadratic.reason.c_str());
        const double scores_mb = 2.0 * length * length * 4 / 1e6;
        QVERIFY(quadratic.metrics.at("peak_mb").value > scores_mb);
        QVERIFY(quadratic.metrics.at("peak_mb").value < 8 * scores_mb);
        QVERIFY(quadratic.metrics.at("peak_absolute_mb").value >
                quadratic.metrics.at("peak_mb").value);
        const PointResult& flat = told.entries.at(linear.id).result;
        QVERIFY2(flat.state == PointState::ok, flat.reason.c_str());
        QVERIFY(flat.metrics.at("peak_mb").value < scores_mb);
    }

    void a_budget_point_has_error_latency_and_memory() {
        Parameters budget = with("seeds", std::string("0,1"));
        budget.set("nodes", std::int64_t{2});
        budget.set("prf_features", std::int64_t{8});
        std::vector<Point> group{make_point("feature-budget", "yat-performer-laplace", 64, budget)};
        budget.set("poly_features", std::int64_t{8});
        group.push_back(make_point("feature-budget", "yat-performer-anchor", 64, budget));
        budget.set("nodes", std::int64_t{0});
        group.push_back(make_point("feature-budget", "yat-performer-rm", 64, budget));
        const RecordingObserver told = run(group);
        QVERIFY(!told.out_of_order);
        for (std::size_t i = 0; i < 2; ++i) {
            const auto& entry = told.entries.at(group[i].id);
            QCOMPARE(entry.started, 1);
            QCOMPARE(entry.finished, 1);
            const PointResult& result = entry.result;
            QVERIFY2(is_measured(result.state), result.reason.c_str());
            QCOMPARE(entry.samples.at("relative_l2").size(), std::size_t{2});
            QVERIFY(entry.samples.at("latency_ms").size() >= 10);
            const MetricValue& error = result.metrics.at("relative_l2");
            QCOMPARE(error.count, 2);
            QVERIFY(error.value > 0 && error.low && error.high);
            QVERIFY(result.metrics.at("peak_mb").value >= 0);
            QVERIFY(result.metrics.at("implementation_error").value < 1e-3);
            QVERIFY(result.notes.at("reference").find("float64") != std::string::npos);
            QVERIFY(result.notes.at("method").find("resident") != std::string::npos);
            // The error is that of the kernel-quality experiment.
            Point alone = group[i];
            alone.experiment = "kernel-quality";
            QCOMPARE(run({alone}).entries.at(alone.id).result.metrics.at("relative_l2").value,
                     error.value);
        }
        const auto& refused = told.entries.at(group[2].id);
        QCOMPARE(refused.finished, 1);
        QVERIFY(!is_measured(refused.result.state));
        QVERIFY(!refused.samples.contains("latency_ms"));
    }

    void a_stop_leaves_a_budget_point_open() {
        const Point point = make_point("feature-budget", "yat-performer-anchor", 64);
        RunControl control;
        RecordingObserver observer;
        observer.on_samples = [&] { control.request_stop(); };
        const SweepSpec spec = small_spec();
        executor_->run_group(std::vector{point}, {spec, "cpu", control, observer});
        QCOMPARE(observer.entries.at(point.id).started, 1);
        QCOMPARE(observer.entries.at(point.id).finished, 0);
    }

    void the_longest_context_fits_into_its_budget() {
        SweepSpec spec = small_spec();
        spec.measurement.memory_budget_gb = 0.06;
        const Point standard = make_context_point("standard");
        const Point linear = make_context_point("linear");
        const RecordingObserver told = run({standard, linear}, spec);
        QVERIFY(!told.out_of_order);
        std::map<std::string, double> longest;
        for (const Point& point : {standard, linear}) {
            const auto& entry = told.entries.at(point.id);
            QCOMPARE(entry.finished, 1);
            const PointResult& result = entry.result;
            QVERIFY2(result.state == PointState::ok, result.reason.c_str());
            QCOMPARE(result.notes.at("bound"), std::string("memory"));
            const MetricValue& length = result.metrics.at("max_length");
            QVERIFY(length.high && *length.high <= 1.011 * length.value + 1);
            QVERIFY(result.metrics.at("limit_mb").value <= 60);
            QVERIFY(result.metrics.at("max_length_ms").value > 0);
            // Every probe is in the journal: whether it fit, what it took.
            const auto& fits = entry.samples.at("fits");
            QCOMPARE(static_cast<std::int64_t>(fits.size()), length.count);
            QVERIFY(std::count(fits.begin(), fits.end(), 0.0) > 0);
            const auto& peaks = entry.samples.at("peak_absolute_mb");
            QCOMPARE(peaks.size(), entry.samples.at("pass_ms").size());
            QCOMPARE(static_cast<std::ptrdiff_t>(peaks.size()),
                     std::count(fits.begin(), fits.end(), 1.0));
            QVERIFY(*std::max_element(peaks.begin(), peaks.end()) < 1.1 * 60);
            longest[point.variant] = length.value;
        }
        // [B, H, L, L] scores in float32, once, are 8 L^2 bytes: no more than 60 MB.
        QVERIFY(longest["standard"] > 500 && longest["standard"] < 2739);
        QVERIFY(longest["linear"] > 10 * longest["standard"]);
    }

    void a_search_that_would_take_long_ends_at_the_time_limit() {
        SweepSpec spec = small_spec();
        spec.measurement.memory_budget_gb = 0.5;
        spec.measurement.pass_seconds = 1e-3;
        spec.measurement.patience_seconds = 1e-3;
        const Point point = make_context_point("linear");
        const RecordingObserver told = run({point}, spec);
        const PointResult& result = told.entries.at(point.id).result;
        QVERIFY2(result.state == PointState::ok, result.reason.c_str());
        QVERIFY2(result.notes.at("bound").starts_with("time"), result.notes.at("bound").c_str());
        QVERIFY(!result.metrics.at("max_length").high);  // a longer one may fit
        QVERIFY(result.metrics.at("max_length").low);
    }

    void a_search_for_the_longest_context_can_be_stopped() {
        RunControl control;
        RecordingObserver observer;
        observer.on_samples = [&] { control.request_stop(); };
        const Point point = make_context_point("linear");
        const SweepSpec spec = small_spec();
        executor_->run_group(std::vector{point}, {spec, "cpu", control, observer});
        QCOMPARE(observer.entries.at(point.id).started, 1);
        QCOMPARE(observer.entries.at(point.id).finished, 0);
        QCOMPARE(observer.entries.at(point.id).samples.at("fits").size(), std::size_t{1});
    }

    void a_point_above_the_limit_of_the_probe_is_out_of_memory_and_kills_nobody() {
        ProbeRequest request;
        request.point =
            make_point("memory", "standard", 4096, with("pass", std::string("forward")));
        request.limit_bytes = 50e6;  // its scores alone are 134 MB
        auto answer = parse_probe_result(executor_->probe_memory(to_line(request)));
        QVERIFY(answer);
        QVERIFY2(answer->state == PointState::out_of_memory, answer->reason.c_str());
        request.point = make_point("memory", "linear", 256, with("pass", std::string("forward")));
        answer = parse_probe_result(executor_->probe_memory(to_line(request)));
        QVERIFY(answer);
        QVERIFY2(answer->state == PointState::ok, answer->reason.c_str());
        QVERIFY(parse_probe_result(executor_->probe_memory("{")));
    }
};

QTEST_GUILESS_MAIN(ExecutorTest)
#include "executor_test.moc"

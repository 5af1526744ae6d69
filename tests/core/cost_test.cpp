// The cost model against what was measured and against the powers that the formulas have.
#include <QtTest>
#include <cmath>

#include "engine/core/plan.h"
#include "engine/core/units.h"
#include "tests/core/core_samples.h"

using namespace slay;

namespace {

Point only(const std::string& variant, std::int64_t length, const std::string& pass = "forward",
           const std::string& more = "") {
    const auto plan =
        make_plan(samples::spec(R"(, "experiments": ["memory"], "variants": [")" + variant +
                                R"("], "sweep": {"lengths": [)" + std::to_string(length) +
                                R"(], "passes": [")" + pass + R"("])" + more + "}"));
    if (!plan) throw std::runtime_error(plan.error().message);
    return plan->points.at(0);
}

}  // namespace

class CostTest : public QObject {
    Q_OBJECT

  private slots:
    // Peaks in MB of one layer on a CPU (E = 256, H = 8, B = 1, causal, float32; LibTorch 2.11).
    void memory_is_near_what_was_measured_data() {
        QTest::addColumn<QString>("variant");
        QTest::addColumn<int>("length");
        QTest::addColumn<QString>("pass");
        QTest::addColumn<double>("measured");
        struct Row {
            const char* variant;
            double forward_512, forward_2048, backward_512, backward_2048;
        };
        const Row table[] = {
            {"standard", 19.0, 277.4, 28.3, 417.5},
            {"standard-fused", 3.1, 10.9, 5.7, 21.8},
            {"performer", 7.2, 29.4, 13.5, 53.1},
            {"linear", 6.0, 24.1, 11.2, 43.7},
            {"cosformer", 6.4, 25.7, 12.2, 47.4},
            {"yat-spherical", 12.6, 23.2, 28.0, 49.4},
            {"yat-performer-anchor", 10.0, 16.4, 13.9, 28.2},
            {"yat-performer-laplace", 8.3, 33.9, 14.6, 57.4},
            {"yat-performer", 10.4, 42.3, 16.7, 66.0},
            {"yat-performer-tensor", 10.5, 17.2, 14.5, 0},
            {"yat-performer-rm", 10.2, 16.8, 14.3, 0},
            {"yat-performer-nystrom", 10.2, 16.5, 14.0, 0},
        };
        const auto add = [](const Row& row, int length, const char* pass, double measured) {
            if (measured > 0)
                QTest::addRow("%s %d %s", row.variant, length, pass)
                    << row.variant << length << pass << measured;
        };
        for (const Row& row : table) {
            add(row, 512, "forward", row.forward_512);
            add(row, 2048, "forward", row.forward_2048);
            add(row, 512, "forward+backward", row.backward_512);
            add(row, 2048, "forward+backward", row.backward_2048);
        }
    }
    void memory_is_near_what_was_measured() {
        QFETCH(QString, variant);
        QFETCH(int, length);
        QFETCH(QString, pass);
        QFETCH(double, measured);
        const Point point = only(variant.toStdString(), length, pass.toStdString());
        const double ratio = predicted_peak_bytes(point, false) / 1e6 / measured;
        qInfo("predicted / measured %.2f", ratio);
        QVERIFY2(ratio > 0.8 && ratio < 1.45, qPrintable(QString::number(ratio)));
    }

    void predictions_scale_as_the_formulas_do() {
        for (const VariantInfo& variant : variant_catalog()) {
            const double power = std::log2(predicted_flops(only(variant.name, 131072)) /
                                           predicted_flops(only(variant.name, 65536)));
            const double expected = variant.complexity == Complexity::quadratic ? 2 : 1;
            QVERIFY2(std::abs(power - expected) < 0.05, variant.name.c_str());
            const double more = predicted_flops(only(variant.name, 4096, "forward+backward"));
            QVERIFY(more > 2 * predicted_flops(only(variant.name, 4096)));
        }
    }

    void memory_grows_as_it_should() {
        for (const bool cuda : {false, true}) {
            for (const VariantInfo& variant : variant_catalog()) {
                double before = 0;
                for (std::int64_t length = 1; length <= 1048576; length *= 2) {
                    const double bytes = predicted_peak_bytes(only(variant.name, length), cuda);
                    // Never less for a longer one, but where the product form gives way to chunks.
                    QVERIFY2(bytes > (length < 1024 ? 0.5 : 1.0) * before, variant.name.c_str());
                    before = bytes;
                }
                // What exists as a full matrix of scores, and what does not.
                const double cells = 8.0 * 1048576 * 1048576 * 4;
                QCOMPARE(before > cells, variant.name == "standard");
            }
        }
        // 8 heads of 8192 x 8192 float32 scores, twice: 4.3 GB.
        const double standard = predicted_peak_bytes(only("standard", 8192), true);
        QVERIFY2(standard > 4.2e9 && standard < 4.6e9, format_bytes(standard).c_str());
        // Nothing of L x F: R M P = 1024 features would take 1.07 GB.
        const double anchor = predicted_peak_bytes(only("yat-performer-anchor", 32768), true);
        QVERIFY2(anchor < 0.5e9, format_bytes(anchor).c_str());
    }

    void half_types_take_less_and_float64_more() {
        for (const char* variant : {"standard", "linear", "yat-performer-anchor"}) {
            const auto bytes = [&](const char* type) {
                return predicted_peak_bytes(
                    only(variant, 8192, "forward", std::string(R"(, "dtypes": [")") + type + "\"]"),
                    true);
            };
            QVERIFY(bytes("bfloat16") < bytes("float32"));
            QVERIFY(bytes("float64") > 1.5 * bytes("float32"));
        }
    }

    // A forward on a GPU goes through the fused kernel: its scratch has a bound.
    void the_fused_kernel_takes_little() {
        const std::string bf16 = R"(, "dtypes": ["bfloat16"])";
        const double activation = 131072.0 * 256 * 2;
        const double fused =
            predicted_peak_bytes(only("yat-performer-anchor", 131072, "forward", bf16), true);
        QVERIFY2(fused < 5.3 * activation + 5e6, format_bytes(fused).c_str());
        // A signed sketch goes with operands of two terms: as little memory, more time.
        const double sketch =
            predicted_peak_bytes(only("yat-performer-rm", 131072, "forward", bf16), true);
        QVERIFY2(sketch < 5.3 * activation + 5e6, format_bytes(sketch).c_str());
        DeviceRates gpu;
        gpu.cuda = true;
        const auto time = [&](const char* variant) {
            return predict(only(variant, 131072, "forward", bf16), {}, gpu).latency_ms;
        };
        QVERIFY(time("yat-performer-anchor") < time("yat-performer-rm"));
    }

    // The same layer on an H100, where exact Yat runs tiled: peaks in MB and forward times in ms.
    void the_tiled_kernel_is_near_what_was_measured_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("length");
        QTest::addColumn<QString>("pass");
        QTest::addColumn<double>("measured");
        struct Row {
            const char* type;
            int length;
            double forward, backward;
        };
        for (const Row& row : {Row{"float32", 512, 5.03, 0},
                               {"float32", 2048, 25.23, 0},
                               {"float32", 4096, 40.24, 89.0},
                               {"float32", 16384, 126.35, 321.65},
                               {"float32", 32768, 252.71, 643.04},
                               {"bfloat16", 512, 2.18, 0},
                               {"bfloat16", 2048, 17.37, 48.76},
                               {"bfloat16", 8192, 35.91, 94.77},
                               {"bfloat16", 16384, 105.38, 0},
                               {"bfloat16", 32768, 83.89, 275.91}}) {
            QTest::addRow("%s %d", row.type, row.length)
                << row.type << row.length << "forward" << row.forward;
            if (row.backward > 0)
                QTest::addRow("%s %d and its gradients", row.type, row.length)
                    << row.type << row.length << "forward+backward" << row.backward;
        }
    }
    void the_tiled_kernel_is_near_what_was_measured() {
        QFETCH(QString, type);
        QFETCH(int, length);
        QFETCH(QString, pass);
        QFETCH(double, measured);
        const std::string types = ", \"dtypes\": [\"" + type.toStdString() + "\"]";
        const Point point = only("yat-spherical", length, pass.toStdString(), types);
        const double ratio = predicted_peak_bytes(point, true) / 1e6 / measured;
        qInfo("predicted / measured %.2f", ratio);
        QVERIFY2(ratio > 0.7 && ratio < 1.45, qPrintable(QString::number(ratio)));
        DeviceRates h100;
        h100.cuda = true;
        h100.matrix_flops = 4.7e13;
        h100.bytes_per_second = 2.7e12;
        h100.launch_seconds = 4e-6;
        if (length != 32768 || pass != "forward") return;
        const double time = predict(point, {}, h100).latency_ms / (type == "float32" ? 8.2 : 2.3);
        QVERIFY2(time > 0.7 && time < 1.45, qPrintable(QString::number(time)));
    }

    void the_time_of_a_point_is_its_samples() {
        Measurement measurement;
        measurement.min_samples = 10;
        measurement.max_samples = 100;
        measurement.point_seconds = 2;
        measurement.warmup_iterations = 10;
        const auto latency = [](std::int64_t length) {
            return make_plan(samples::spec(
                                 R"(, "experiments": ["latency"], "variants": ["standard"],
                                      "sweep": {"lengths": [)" +
                                 std::to_string(length) + "]}"))
                ->points.at(0);
        };
        const DeviceRates rates;
        // Short passes end at max_samples, long ones at min_samples, those between at the budget.
        const Prediction quick = predict(latency(64), measurement, rates);
        QVERIFY(std::abs(quick.seconds - 110 * quick.latency_ms / 1e3) < 1e-9);
        const Prediction slow = predict(latency(16384), measurement, rates);
        QVERIFY(slow.latency_ms > 200);
        QVERIFY(std::abs(slow.seconds - 20 * slow.latency_ms / 1e3) < 1e-6);
        const Prediction middle = predict(latency(2048), measurement, rates);
        QVERIFY(middle.latency_ms > 20 && middle.latency_ms < 200);
        QVERIFY(std::abs(middle.seconds - (2 + 10 * middle.latency_ms / 1e3)) < 1e-9);
    }

    void a_budget_costs_what_its_three_measurements_cost() {
        const auto seconds = [](const char* experiment) {
            double sum = 0;
            SweepSpec spec = samples::spec(R"(, "experiments": ["latency"], "variants":
                ["yat-performer-anchor"], "sweep": {"lengths": [512], "seeds": [0], "nodes": [8],
                 "prf_features": [64], "poly_features": [64]})");
            spec.experiments = {experiment};
            const auto plan = make_plan(spec);
            for (const Point& point : plan->points) sum += point.prediction.seconds;
            return sum;
        };
        const double parts = seconds("kernel-quality") + seconds("latency") + seconds("memory");
        QVERIFY(std::abs(seconds("feature-budget") - parts) < 1e-9 * parts);
    }
};

QTEST_APPLESS_MAIN(CostTest)
#include "cost_test.moc"

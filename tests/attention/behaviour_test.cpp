// What holds for every variant beyond its numbers: causality, counting, refusals, plans, layers.
#include <QTest>
#include <array>

#include "engine/attention/verify.h"
#include "engine/core/variant_info.h"
#include "tests/attention/checks.h"

using namespace slay;

class BehaviourTest : public QObject {
    Q_OBJECT

  private slots:
    void future_tokens_do_not_leak() {
        for (const std::string& name : checks::variant_names()) {
            const double leak = checks::leak_from_future(name);
            QVERIFY2(leak < 1e-13,
                     qPrintable(QString::fromStdString(name) + ": " + QString::number(leak)));
        }
    }

    void signed_denominators_are_counted() {
        for (const char* name :
             {"yat-performer-tensor", "yat-performer-rm", "yat-performer-nystrom"}) {
            const checks::NonPositiveRows rows = checks::nonpositive_rows(name);
            QCOMPARE(rows.counted, rows.plain);
            QVERIFY(rows.counted < rows.rows);
        }
        QVERIFY(checks::nonpositive_rows("yat-performer-rm").counted > 0);
        QVERIFY(checks::nonpositive_rows("yat-performer-tensor").counted > 0);
        QCOMPARE(checks::nonpositive_rows("yat-performer-anchor").counted, 0);
        QCOMPARE(checks::nonpositive_rows("yat-spherical").counted, 0);
    }

    void parallel_vectors_stay_finite() {
        QVERIFY(checks::parallel_vectors("float64").output_error < 1e-9);
        const checks::ParallelCase single = checks::parallel_vectors("float32");
        QVERIFY2(single.output_error < 1e-4, qPrintable(QString::number(single.output_error)));
        QVERIFY(single.finite_gradients);
        const checks::ParallelCase half = checks::parallel_vectors("bfloat16");
        QVERIFY2(half.output_error < 1e-2, qPrintable(QString::number(half.output_error)));
    }

    void registry_refuses_damage() {
        QVERIFY(checks::registry_complaint("none").empty());
        for (const char* damage : {"twice", "order", "missing"})
            QVERIFY2(!checks::registry_complaint(damage).empty(), damage);
        QVERIFY(checks::registry_complaint("twice").find("performer") != std::string::npos);
    }

    void buffers_keep_their_shape() {
        QVERIFY(checks::replace_buffer_complaint("omega").find("shape") != std::string::npos);
        QVERIFY(checks::replace_buffer_complaint("no_such").find("no_such") != std::string::npos);
    }

    void wrong_features_are_noticed() {
        QVERIFY(checks::error_with_wrong_buffer("yat-performer-anchor") > 1e-3);
    }

    void fused_softmax_names_its_kernel() {
        const std::string automatic = checks::fused_backend("auto");
        QVERIFY2(automatic == "flash" || automatic == "math", automatic.c_str());
        QCOMPARE(checks::fused_backend("math"), std::string("math"));
        QVERIFY(checks::fused_backend("cudnn").rfind("unsupported: ", 0) == 0);
        QVERIFY(checks::fused_backend("efficient").rfind("unsupported: ", 0) == 0);
    }

    void layers() {
        QVERIFY(checks::layer_error() < 1e-12);
        QVERIFY(checks::layers_are_tied());
    }

    void parameters_beyond_the_defaults() {
        for (const VariantInfo& info : variant_catalog()) {
            if (info.family != Family::linearised_yat) continue;
            // One signed feature alone can vanish at a row, whose gradient is then that of delta.
            const int fewest = info.signed_estimate ? 4 : 1;
            for (const auto& [nodes, prf, poly] :
                 {std::array{1, 1, fewest}, {3, 7, 5}, {64, 4, 2}}) {
                const double error = checks::parameter_error(info.name, nodes, prf, poly);
                QVERIFY2(error <= 1, qPrintable(QString("%1 R=%2 M=%3 P=%4: %5 of the bound")
                                                    .arg(QString::fromStdString(info.name))
                                                    .arg(nodes)
                                                    .arg(prf)
                                                    .arg(poly)
                                                    .arg(error)));
            }
        }
    }

    void strides_do_not_matter() {
        for (const std::string& name : checks::variant_names())
            QVERIFY2(checks::strided_difference(name) < 1e-5, name.c_str());
    }

    void plans_bound_their_scratch() {
        for (const bool cuda : {false, true})
            for (const bool causal : {false, true})
                for (const std::int64_t length :
                     {std::int64_t{8192}, std::int64_t{1} << 20, std::int64_t{1} << 26}) {
                    const auto anchor = checks::plan_for(8, length, 32, 32, 32, causal, cuda);
                    QVERIFY(anchor.chunk < length);
                    QCOMPARE(anchor.block % anchor.chunk, 0);
                    QVERIFY(anchor.scratch_elements <= (cuda ? 1 << 26 : 1 << 22));
                    // The plan, and with it the scratch memory, does not grow with L.
                    QCOMPARE(anchor.block,
                             checks::plan_for(8, 2 * length, 32, 32, 32, causal, cuda).block);
                }
        const auto single = checks::plan_for(8, 100, 32, 32, 32, true, false);
        QCOMPARE(single.chunk, 100);
        QCOMPARE(checks::plan_for(8, 1, 0, 64, 32, true, true).block, 1);
    }

    void gate_passes_everywhere() {
        for (const std::string& name : checks::variant_names())
            for (const DataType type :
                 {DataType::float64, DataType::float32, DataType::bfloat16, DataType::float16}) {
                GateRequest request;
                request.variant = name;
                request.type = type;
                request.causal = type != DataType::float16;
                const Result<GateResult> result = conformance_gate(request);
                QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
                QVERIFY2(result->passed(),
                         qPrintable(QString("%1 %2: output %3 of %4, gradient %5 of %6")
                                        .arg(name.c_str(), to_string(type).data())
                                        .arg(result->output_error)
                                        .arg(result->output_bound)
                                        .arg(result->gradient_error)
                                        .arg(result->gradient_bound)));
            }
    }

    void gate_explains_refusals() {
        GateRequest request;
        request.variant = "standard";
        request.head_dim = 30;
        QVERIFY(conformance_gate(request).error().message.find("multiple of 4") !=
                std::string::npos);
        request.variant = "nothing";
        QVERIFY(!conformance_gate(request).ok());
        request.variant = "standard";
        request.head_dim = 32;
        request.device = "quantum";
        QVERIFY(!conformance_gate(request).ok());
    }
};

QTEST_APPLESS_MAIN(BehaviourTest)
#include "behaviour_test.moc"

// The explorer's mathematics: quadrature, unbiasedness, signs, patterns, and what it refuses.
#include "engine/explore/explore.h"

#include <QTest>
#include <cmath>
#include <numeric>

#include "engine/core/variant_info.h"
#include "engine/explore/parts.h"
#include "engine/explore/vector_loops.h"

using namespace slay;
using namespace slay::explore;

namespace {

Request curves_only() {
    Request request;
    request.denominators = request.map = false;
    return request;
}

std::string refusal(const Request& request) {
    const Status status = check(request);
    return status ? std::string() : status.error().message;
}

}  // namespace

class ExploreTest : public QObject {
    Q_OBJECT

  private slots:
    void the_known_figures_of_two_nodes() {
        const Quadrature rule = make_quadrature(2, 1e-6);
        QVERIFY(std::fabs(rule.kernel(0.95) - 9.02) < 0.01);
        QVERIFY(std::fabs(rule.estimate(0.95) - 2.37) < 0.01);
        QVERIFY(std::fabs(rule.estimate(1) - 2.99) < 0.01);
        QVERIFY(std::fabs(rule.kernel(1) * 1e-6 - 1) < 1e-9);
    }

    void the_quadrature_converges_and_its_nodes_add_up_to_it() {
        double before = 1e9;
        for (const int nodes : {1, 2, 4, 8, 16, 32, 64}) {
            const Quadrature rule = make_quadrature(nodes, 1e-6);
            const double error = std::fabs(rule.estimate(0.5) / rule.kernel(0.5) - 1);
            QVERIFY2(error < before || error < 1e-13, qPrintable(QString::number(nodes)));
            before = error;
            double sum = 0;
            for (std::size_t r = 0; r < rule.s.size(); ++r) sum += rule.contribution(r, -0.7);
            QVERIFY(std::fabs(sum - rule.estimate(-0.7)) < 1e-15);
        }
        QVERIFY(before < 1e-13);
        // Near the pole many nodes are not enough: at x = 1 the kernel is 1 / epsilon.
        QVERIFY(make_quadrature(64, 1e-6).estimate(1) < 200);
    }

    void estimates_are_unbiased_for_what_they_tend_to_data() {
        QTest::addColumn<QString>("variant");
        for (const std::string& each : forms())
            if (each != "yat-performer-nystrom")  // has no closed form
                QTest::newRow(each.c_str()) << QString::fromStdString(each);
    }
    void estimates_are_unbiased_for_what_they_tend_to() {
        QFETCH(QString, variant);
        Request request = curves_only();
        request.head_dim = 8;
        // One node: its exponentials are tame enough for 600 seeds to show their mean.
        request.nodes = 1;
        request.prf_features = 24;
        request.poly_features = 8;
        request.seeds = 600;
        request.variants = {variant.toStdString()};
        const auto frame = explore::explore(request);
        QVERIFY(frame.ok());
        const Estimate& estimate = frame->curves.estimates.front();
        QCOMPARE(estimate.expected.size(), frame->curves.x.size());
        for (const std::size_t at : {90u, 120u, 160u, 200u}) {
            // From the mean square distance to the kernel: the spread of the estimate itself.
            const double bias = estimate.scale * estimate.mean[at] - frame->curves.exact[at];
            const double variance = estimate.rms_error[at] * estimate.rms_error[at] - bias * bias;
            const double error = std::sqrt(variance / request.seeds) / estimate.scale;
            const double away = std::fabs(estimate.mean[at] - estimate.expected[at]) / error;
            QVERIFY2(away < 4.5, qPrintable(QString("%1 at x = %2: %3 standard errors")
                                                .arg(variant)
                                                .arg(frame->curves.x[at])
                                                .arg(away)));
            QVERIFY(estimate.low[at] <= estimate.high[at]);
        }
    }

    // TensorSketch and Random Maclaurin tend to the quadrature itself, the anchor form does not:
    // it keeps a floor at x = 0.
    void what_more_features_cannot_mend() {
        const Request request = curves_only();
        const Quadrature rule = make_quadrature(request.nodes, request.epsilon);
        for (const char* variant : {"yat-performer-tensor", "yat-performer-rm"})
            for (const double x : {-0.5, 0.0, 0.3, 0.9})
                QVERIFY(std::fabs(*expected_estimate(variant, rule, request, x) -
                                  rule.estimate(x)) < 1e-12);
        QVERIFY(*expected_estimate("yat-performer-anchor", rule, request, 0) > 0);
        QVERIFY(!expected_estimate("yat-performer-nystrom", rule, request, 0.5));
    }

    void more_features_narrow_the_spread() {
        const auto spread = [](int features) {
            Request request = curves_only();
            request.prf_features = features;
            request.poly_features = 64;
            request.seeds = 48;
            const auto frame = explore::explore(request);
            const Estimate& of = frame->curves.estimates.front();
            return (of.high[80] - of.low[80]) / of.mean[80];
        };
        QVERIFY(spread(64) < 0.7 * spread(2));
    }

    void only_signed_forms_cross_zero() {
        Request request;
        request.curves = request.map = false;
        request.seeds = 24;
        const auto frame = explore::explore(request);
        QVERIFY(frame.ok());
        QCOMPARE(frame->denominators.spreads.size(), forms().size() + 1);
        double crossing = 0;
        for (const DenominatorSpread& each : frame->denominators.spreads) {
            const bool may = find_variant(each.variant)->signed_estimate;
            if (!may) QCOMPARE(each.nonpositive, 0.0);
            crossing += each.nonpositive;
            if (each.variant == "yat-performer-rm") QVERIFY(each.nonpositive > 0.005);
            const auto least = *std::min_element(each.values.begin(), each.values.end());
            QCOMPARE(least <= 0, each.nonpositive > 0);
            // They are shown in units of their mean.
            double weighted = 0, keys = 0;
            for (std::size_t i = 0; i < each.values.size(); ++i) {
                const double visible = static_cast<double>(i % 64 + 1);
                weighted += each.values[i] * visible;
                keys += visible;
            }
            QVERIFY(std::fabs(weighted / keys - 1) < 1e-9);
        }
        QVERIFY(crossing > 0);
    }

    void patterns_sum_to_one_and_entropies_stay_below_uniform() {
        for (const bool causal : {false, true}) {
            Request request;
            request.curves = request.denominators = false;
            request.causal = causal;
            request.length = 40;
            const auto frame = explore::explore(request);
            const AttentionMap& map = frame->map;
            QCOMPARE(map.exact.size(), std::size_t{1600});
            for (std::size_t i = 0; i < 40; ++i) {
                const auto row = map.exact.begin() + static_cast<std::ptrdiff_t>(40 * i);
                QVERIFY(std::fabs(std::accumulate(row, row + 40, 0.0) - 1) < 1e-3);
                if (causal)
                    for (std::size_t j = i + 1; j < 40; ++j) QCOMPARE(map.exact[40 * i + j], 0.0);
                QVERIFY(map.exact_entropy[i] <= map.uniform_entropy[i] + 1e-12);
            }
            QVERIFY(map.output_error > 0 && map.uniform_error > 0);
            QCOMPARE(map.rows_without_entropy, 0);
        }
    }

    void a_row_with_a_negative_weight_has_no_entropy() {
        Request request;
        request.curves = request.denominators = false;
        request.map_variant = "yat-performer-rm";
        request.poly_features = 2;
        const auto frame = explore::explore(request);
        QVERIFY(frame->map.rows_without_entropy > 0);
        int missing = 0;
        for (const double each : frame->map.estimate_entropy) missing += std::isnan(each) ? 1 : 0;
        QCOMPARE(missing, frame->map.rows_without_entropy);
    }

    void a_trained_head_is_taken_as_it_is() {
        auto head = std::make_shared<QkvHead>();
        head->length = 12;
        head->dimension = 3;
        head->origin = "a model";
        for (int i = 0; i < 36; ++i) {
            head->q.push_back(static_cast<float>(std::sin(i)));
            head->k.push_back(static_cast<float>(std::cos(2 * i)));
            head->v.push_back(static_cast<float>(i));
        }
        Request request;
        request.inputs = Inputs::trained;
        QVERIFY(refusal(request).find("training") != std::string::npos);
        request.trained = head;
        const auto frame = explore::explore(request);
        QVERIFY(frame.ok());
        QCOMPARE(frame->map.length, 12);
        QCOMPARE(frame->sequence, std::string("a model"));
    }

    void the_same_request_gives_the_same_numbers() {
        Request request;
        request.variants = forms();
        const auto a = explore::explore(request), b = explore::explore(request);
        for (std::size_t v = 0; v < forms().size(); ++v)
            QVERIFY(a->curves.estimates[v].mean == b->curves.estimates[v].mean);
        QVERIFY(a->map.estimate == b->map.estimate);
        request.seed = 1;
        const auto c = explore::explore(request);
        QVERIFY(a->map.estimate != c->map.estimate);
        // The spread of seed 1 is that of seed 0, one seed on.
        request.seed = 0;
        request.seeds = 2;
        const auto two = explore::explore(request);
        request.seed = 1;
        request.seeds = 1;
        const auto second = explore::explore(request);
        const auto& both = two->curves.estimates.front();
        QVERIFY(std::fabs(2 * both.mean[50] - both.first[50] -
                          second->curves.estimates.front().first[50]) < 1e-12);
    }

    void what_cannot_be_computed_is_refused_with_the_range() {
        const auto with = [](auto set) {
            Request request;
            set(request);
            return refusal(request);
        };
        QVERIFY(with([](Request&) {}).empty());
        QVERIFY(with([](Request& r) { r.nodes = 65; }).find("R = 65: 1 to 64") == 0);
        QVERIFY(with([](Request& r) { r.prf_features = 0; }).find("M = 0") == 0);
        QVERIFY(with([](Request& r) { r.poly_features = 2000; }).find("P = 2000") == 0);
        QVERIFY(with([](Request& r) { r.head_dim = 1; }).find("d = 1") == 0);
        QVERIFY(with([](Request& r) { r.length = 1; }).find("L = 1") == 0);
        QVERIFY(with([](Request& r) { r.epsilon = 0; }).find("epsilon") == 0);
        QVERIFY(with([](Request& r) { r.epsilon = std::nan(""); }).find("epsilon") == 0);
        const std::string unknown = with([](Request& r) { r.variants = {"yat-performer-ancor"}; });
        QVERIFY2(unknown.find("did you mean \"yat-performer-anchor\"") != std::string::npos,
                 unknown.c_str());
        QVERIFY(!with([](Request& r) { r.variants = {"standard"}; }).empty());
    }

    void the_loops_compute_what_they_say() {
        std::vector<double> values, expected;
        for (double x = -720; x < 700; x += 0.37) {
            values.push_back(x);
            expected.push_back(std::exp(x));
        }
        exponentiate(values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (expected[i] < 1e-304) continue;  // below -700: 0
            QVERIFY(std::fabs(values[i] / expected[i] - 1) < 1e-15);
        }
        QCOMPARE(values.front(), 0.0);
        // [2, 5] by [5, 3], added to what was there.
        std::vector<double> a(10), b(15), c(6, 1.0), lower(6);
        std::iota(a.begin(), a.end(), 1);
        std::iota(b.begin(), b.end(), 1);
        multiply_add(a, b, c, 2, 5, 3);
        QCOMPARE(c, (std::vector<double>{136, 151, 166, 311, 351, 391}));
        multiply_add(a, b, lower, 2, 5, 3, true);
        QCOMPARE(lower, (std::vector<double>{135, 0, 0, 310, 350, 0}));
    }
};

QTEST_APPLESS_MAIN(ExploreTest)
#include "explore_test.moc"

// The explorer's mathematics: quadrature, unbiasedness, signs, patterns, and what it refuses.
#include "engine/explore/explore.h"

#include <QTest>
#include <cmath>
#include <numeric>

#include "engine/core/counter_draws.h"
#include "engine/core/variant_info.h"
#include "engine/explore/fast_draws.h"
#include "engine/explore/pair_scores.h"
#include "engine/explore/parts.h"
#include "engine/explore/random_features.h"
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

    // A frame in steps is the request's own seed first, and at rest that of explore(), bit by bit.
    void steps_end_with_the_same_numbers() {
        Request request;
        request.variants = forms();
        request.seeds = 9;
        const auto whole = explore::explore(request);
        auto steps = Exploration::begin(request);
        QVERIFY(whole.ok() && steps.ok());
        QVERIFY(whole->complete && whole->step == 0);
        steps->advance(0);  // no time: the first seed alone
        const Frame first = steps->frame();
        QVERIFY(!first.complete);
        QCOMPARE(first.step, 0);
        QCOMPARE(first.curves.seeds, 1);
        QCOMPARE(first.denominators.seeds, 1);
        QVERIFY(first.map.estimate == whole->map.estimate);
        std::stop_source replaced;
        replaced.request_stop();
        steps->advance(1e9, replaced.get_token());
        QCOMPARE(steps->frame().curves.seeds, 1);
        steps->advance(1e9);
        const Frame rest = steps->frame();
        QVERIFY(rest.complete && steps->complete());
        QCOMPARE(rest.step, 2);
        QVERIFY(rest.first_ms > 0 && rest.first_ms < rest.compute_ms);
        QCOMPARE(rest.curves.seeds, 9);
        for (std::size_t v = 0; v < forms().size(); ++v) {
            const Estimate &a = rest.curves.estimates[v], &b = whole->curves.estimates[v];
            QVERIFY(a.mean == b.mean && a.low == b.low && a.high == b.high);
            QVERIFY(a.rms_error == b.rms_error && a.first == b.first);
            QVERIFY(first.curves.estimates[v].first == b.first);
        }
        for (std::size_t v = 0; v <= forms().size(); ++v)
            QVERIFY(rest.denominators.spreads[v].values == whole->denominators.spreads[v].values);
    }

    // Nowhere on the sliders fewer seeds than 64 at rest.
    void all_seeds_are_there_at_the_ends_of_the_sliders() {
        Request request;
        request.nodes = 16;
        request.prf_features = request.poly_features = request.head_dim = 64;
        request.length = 96;
        request.variants = forms();
        request.map = false;
        const Quadrature rule = make_quadrature(request.nodes, request.epsilon);
        const Sequence sequence = make_sequence(request);
        QCOMPARE(CurveSeeds(request, rule).wanted(), 64);
        QCOMPARE(DenominatorSeeds(request, rule, sequence).wanted(), 64);
    }

    // Row sums are formed without the pairs where they can be: as those of the pairs.
    void row_sums_are_those_of_the_pairs() {
        for (const bool causal : {true, false}) {
            Request request;
            request.nodes = 3;
            request.prf_features = 5;
            request.length = 21;
            request.causal = causal;
            const Quadrature rule = make_quadrature(request.nodes, request.epsilon);
            const Sequence sequence = make_sequence(request);
            const PairScores scores(sequence, request, rule, 4);
            const auto sums = scores.row_sums();
            for (std::size_t f = 0; f < forms().size(); ++f) {
                const auto of_pairs = explore::row_sums(scores.of(forms()[f]), 21, causal);
                for (std::size_t i = 0; i < 21; ++i)
                    QVERIFY(std::fabs(sums[f][i] - of_pairs[i]) <=
                            1e-12 * std::fabs(of_pairs[i]) + 1e-15);
            }
        }
    }

    void fast_draws_are_those_of_the_streams() {
        for (const std::size_t count :
             {std::size_t{1}, std::size_t{127}, std::size_t{128}, std::size_t{20001}}) {
            const auto fast = fast_normals(11, "omega", count);
            const auto plain = CounterDraws(11, "omega").normal(count);
            QCOMPARE(fast.size(), count);
            for (std::size_t i = 0; i < count; ++i)
                QVERIFY2(std::fabs(fast[i] - plain[i]) < 1e-14, qPrintable(QString::number(i)));
        }
        // From the middle of a stream, and a node that begins within a pair.
        std::vector<double> middle(9);
        draw_normals(CounterRandom::key_of(11, "omega"), 40, middle);
        const auto plain = CounterDraws(11, "omega").normal(49);
        for (std::size_t i = 0; i < 9; ++i) QVERIFY(std::fabs(middle[i] - plain[40 + i]) < 1e-14);
        RandomFeatures features(11, 3, 3);
        const auto projected = features.project(1, std::vector<double>{0, 1, 0});
        for (std::size_t m = 0; m < 3; ++m)
            QVERIFY(std::fabs(projected[m] - plain[9 + 3 + m]) < 1e-14);
    }

    void products_are_summed_in_order_at_any_size() {
        const auto numbers = [](std::size_t count, double step) {
            std::vector<double> out;
            for (std::size_t i = 0; i < count; ++i)
                out.push_back(std::sin(step * static_cast<double>(i)));
            return out;
        };
        for (const std::size_t n : {1u, 5u, 6u, 13u})
            for (const std::size_t k : {1u, 4u, 300u})
                for (const std::size_t m : {1u, 8u, 19u})
                    for (const bool lower : {false, true}) {
                        const auto a = numbers(n * k, 0.7), b = numbers(k * m, 1.3);
                        std::vector<double> c = numbers(n * m, 0.1), plain = c, from_rows = c;
                        std::vector<double> turned(m * k);
                        for (std::size_t f = 0; f < k; ++f)
                            for (std::size_t j = 0; j < m; ++j) turned[j * k + f] = b[f * m + j];
                        for (std::size_t i = 0; i < n; ++i)
                            for (std::size_t j = 0; j < (lower ? std::min(i + 1, m) : m); ++j)
                                for (std::size_t f = 0; f < k; ++f)
                                    plain[i * m + j] += a[i * k + f] * b[f * m + j];
                        multiply_add(a, b, c, n, k, m, lower);
                        multiply_add_transposed(a, turned, from_rows, n, k, m, lower);
                        QVERIFY(c == plain);  // the same bits
                        QVERIFY(from_rows == plain);
                    }
    }

    void a_wave_is_the_sum_of_its_exponentials() {
        std::vector<double> cosines(16), sines(16), sums(16, 2.0), squares(16, 1.0);
        for (std::size_t i = 0; i < 16; ++i) {
            cosines[i] = std::cos(0.2 * static_cast<double>(i));
            sines[i] = std::sin(0.2 * static_cast<double>(i));
        }
        add_wave({-1, 2, 0.5, 3, 0.3, -0.7}, cosines, sines, sums, squares);
        add_wave({0.1, -3, 1}, cosines, sines, sums, {});
        for (std::size_t i = 0; i < 16; ++i) {
            const double e = std::exp(-1 + 2 * cosines[i] + 0.5 * sines[i]);
            const double key = 0.3 * cosines[i] - 0.7 * sines[i];
            QVERIFY(std::fabs(sums[i] - 2 - e - std::exp(0.1 - 3 * cosines[i] + sines[i])) < 1e-13);
            QVERIFY(std::fabs(squares[i] - 1 - 3 * key * key * e) < 1e-13);
        }
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

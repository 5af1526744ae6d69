// The explorer's numbers are those of the variants: held to the plain float64 forms.
#include <QTest>
#include <cmath>

#include "engine/explore/explore.h"
#include "engine/explore/parts.h"
#include "tests/explore/plain_checks.h"

using namespace slay;
using namespace slay::explore;

namespace {

struct Budget {
    int nodes, prf, poly, d;
    double epsilon;
    std::uint64_t seed;
    bool causal;
};

Request request_of(const Budget& budget, const std::string& variant) {
    Request request;
    request.nodes = budget.nodes;
    request.prf_features = budget.prf;
    request.poly_features = budget.poly;
    request.head_dim = budget.d;
    request.epsilon = budget.epsilon;
    request.seed = budget.seed;
    request.causal = budget.causal;
    request.length = 24;
    request.seeds = 2;
    request.map_variant = variant;
    request.variants = {variant};
    return request;
}

checks::PlainCase case_of(const Request& request, const std::string& variant) {
    return {variant,         request.nodes,    request.prf_features, request.poly_features,
            request.epsilon, request.head_dim, request.length,       request.seed,
            request.causal};
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double difference = 0, square = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        square += b[i] * b[i];
    }
    return std::sqrt(difference / square);
}

}  // namespace

class ExplorePlainTest : public QObject {
    Q_OBJECT

  private slots:
    void the_pattern_of_every_form_is_that_of_its_plain_form_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("the paper's budget, causal") << 0;
        QTest::newRow("many nodes, odd sizes") << 1;
        QTest::newRow("one of each, both ways") << 2;
    }
    void the_pattern_of_every_form_is_that_of_its_plain_form() {
        QFETCH(int, which);
        const Budget budgets[]{{2, 16, 32, 32, 1e-6, 0, true},
                               {9, 7, 11, 20, 1e-2, 3, true},
                               {1, 1, 1, 4, 0.5, 7, false}};
        for (const std::string& variant : forms()) {
            const Request request = request_of(budgets[which], variant);
            const auto frame = explore::explore(request);
            QVERIFY(frame.ok());
            const Sequence sequence = make_sequence(request);
            const auto plain =
                checks::plain_attention(case_of(request, variant), sequence.q, sequence.k);
            const double away = distance(frame->map.estimate, plain.weights);
            // A form with signs loses digits where its row sums cancel.
            QVERIFY2(away < 1e-8, qPrintable(QString("%1: %2").arg(variant.c_str()).arg(away)));
        }
    }

    void the_exact_pattern_is_that_of_exact_yat() {
        const Request request = request_of({2, 16, 32, 32, 1e-6, 5, true}, "yat-performer-anchor");
        const auto frame = explore::explore(request);
        const Sequence sequence = make_sequence(request);
        const auto plain =
            checks::plain_attention(case_of(request, "yat-spherical"), sequence.q, sequence.k);
        QVERIFY(distance(frame->map.exact, plain.weights) < 1e-10);
    }

    void row_sums_are_those_of_the_plain_form() {
        for (const std::string& variant : forms()) {
            Request request = request_of({2, 16, 32, 32, 1e-6, 1, true}, variant);
            const auto frame = explore::explore(request);
            const Sequence sequence = make_sequence(request);
            const auto plain =
                checks::plain_attention(case_of(request, variant), sequence.q, sequence.k);
            const DenominatorSpread* spread = nullptr;
            for (const auto& each : frame->denominators.spreads)
                if (each.variant == variant) spread = &each;
            QVERIFY(spread);
            // Up to the mean that they are shown in units of, and to the keys that are visible.
            std::vector<double> shown;
            double factor = 0;
            for (std::size_t i = 0; i < plain.denominators.size(); ++i)
                shown.push_back(spread->first[i] * static_cast<double>(i + 1));
            for (std::size_t i = 0; i < shown.size(); ++i)
                if (std::fabs(shown[i]) > 1e-3) factor = plain.denominators[i] / shown[i];
            for (double& each : shown) each *= factor;
            QVERIFY(distance(shown, plain.denominators) < 1e-9);
            std::size_t nonpositive = 0;
            for (const double each : plain.denominators) nonpositive += each <= 0 ? 1 : 0;
            QCOMPARE(spread->nonpositive_first,
                     static_cast<double>(nonpositive) / static_cast<double>(shown.size()));
        }
    }

    void sequences_are_those_that_measurements_draw() {
        for (const bool clustered : {false, true}) {
            Request request = request_of({2, 16, 32, 16, 1e-6, 9, true}, "yat-performer-anchor");
            request.inputs = clustered ? Inputs::clustered : Inputs::random;
            const Sequence sequence = make_sequence(request);
            std::vector<double> drawn =
                checks::core_queries(case_of(request, "yat-performer-anchor"), clustered);
            QCOMPARE(drawn.size(), sequence.q.size());
            for (std::size_t begin = 0; begin < drawn.size(); begin += 16) {
                double square = 0;
                for (std::size_t a = 0; a < 16; ++a) square += drawn[begin + a] * drawn[begin + a];
                for (std::size_t a = 0; a < 16; ++a) drawn[begin + a] /= std::sqrt(square);
            }
            QVERIFY(distance(sequence.q, drawn) < 1e-14);
        }
    }

    void the_denominator_has_the_same_delta() {
        // A row sum of 0 gives weights of K / delta: both use one delta.
        QCOMPARE(checks::plain_delta(), 1e-6);
    }
};

QTEST_APPLESS_MAIN(ExplorePlainTest)
#include "explore_plain_test.moc"

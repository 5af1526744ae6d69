// Which variant, which budget, at what length: answered from records whose numbers are known.
#include "exports/advice/case_answer.h"

#include <QtTest>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/exports/sample_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

PointResult of(const char* metric, double value) {
    PointResult result;
    result.state = PointState::ok;
    result.metrics[metric] = {value, {}, {}, 1};
    return result;
}

// Fused softmax takes (L / 1024)^2 ms and 8 MB at L = 1024, growing with L; the anchor 2 L / 1024
// ms, so that they meet at L = 2048; Hadamard half of that, but its error is that of no estimate;
// softmax runs out of memory at 8192.
RunRecord known_record(bool short_on_samples = false) {
    return record_of(
        R"({"schema": "slay-preset/1", "name": "case", "title": "case", "experiments":
            ["kernel-quality", "latency", "memory"], "variants": ["standard", "standard-fused",
            "linear", "yat-spherical", "yat-performer-anchor", "yat-performer"], "sweep":
            {"lengths": [1024, 4096, 8192], "dtypes": ["float32", "bfloat16"]}})",
        [=](const Point& point) -> Outcome {
            const double x = point.parameters.real("length") / 1024;
            const std::string& who = point.variant;
            if (who == "standard" && x >= 8 && point.experiment != "kernel-quality") {
                PointResult lost;
                lost.state = PointState::out_of_memory;
                lost.reason = "Not enough memory for standard.";
                return {lost, {}};
            }
            if (point.experiment == "memory")
                return {of("peak_mb", who == "standard" ? 100 * x * x : 8 * x), {}};
            if (point.experiment == "kernel-quality") {
                PointResult quality = of("relative_l2", who == "yat-spherical"          ? 0.0
                                                        : who == "yat-performer-anchor" ? 0.5
                                                                                        : 2.0);
                quality.metrics["uniform_relative_l2"] = {0.9, {}, {}, 1};
                return {quality, {}};
            }
            double ms = 3 * x * x;
            if (who == "standard-fused") ms = x * x;
            if (who == "linear") ms = 0.5 * x;
            if (who == "yat-performer-anchor") ms = 2 * x;
            if (who == "yat-performer") ms = x;
            PointResult result;
            result.state = PointState::ok;
            Outcome out{result, {}};
            for (int i = 0; i < (short_on_samples ? 2 : 40); ++i)
                out.samples.push_back(ms * (1 + 0.0005 * (i % 5)));
            return out;
        });
}

const CaseRow* row_of(const CaseAnswer& answer, const std::string& variant) {
    for (const CaseRow& row : answer.rows)
        if (row.variant.name == variant) return &row;
    qFatal("no row of %s", variant.c_str());
}

bool said(const CaseAnswer& answer, const std::string& words) {
    for (const auto* list : {&answer.sentences, &answer.notes})
        for (const std::string& each : *list)
            if (each.find(words) != std::string::npos) return true;
    return false;
}

bool near(double value, double expected) {
    return std::fabs(value - expected) < 0.005 * expected;
}

}  // namespace

class CaseAnswerTest : public QObject {
    Q_OBJECT
  private slots:
    void each_pass_and_type_is_a_case() {
        const RunRecord record = known_record();
        const CaseAnswer answer = answer_case(record, {});
        QCOMPARE(answer.cases.size(), std::size_t{2});
        QCOMPARE(answer.panel.id, answer.cases.front().id);
        QCOMPARE(answer.length, 8192.0);
        QCOMPARE(answer.lengths, (std::vector<double>{1024, 4096, 8192}));
        CaseQuestion other;
        other.panel = answer.cases[1].id;
        QCOMPARE(answer_case(record, other).panel.id, other.panel);
    }

    void at_a_measured_length() {
        CaseQuestion question;
        question.length = 8192;
        const CaseAnswer answer = answer_case(known_record(), question);
        QCOMPARE(answer.rows[*answer.fastest].variant.name, std::string("linear"));
        // Hadamard is faster, but its error is that of no estimate.
        QCOMPARE(answer.rows[*answer.linearised].variant.name, std::string("yat-performer-anchor"));
        QVERIFY(row_of(answer, "yat-performer")->worse_than_uniform);
        const CaseRow& anchor = answer.rows[*answer.linearised];
        QVERIFY(near(anchor.latency->value.value, 16.0));
        QVERIFY(!anchor.latency->between);
        QVERIFY(near(anchor.speedup->value.value, 4.0));
        QVERIFY(anchor.speedup->value.low.has_value());
        QCOMPARE(anchor.speed, Speed::faster);
        QVERIFY(near(anchor.faster_from, 2048));
        QCOMPARE(break_even_text(answer, anchor), std::string("from about L = 2,000 on"));
        QCOMPARE(anchor.memory->value.value, 64.0);
        QCOMPARE(anchor.error->value.value, 0.5);
        QVERIFY(!row_of(answer, "linear")->error);
        QVERIFY(row_of(answer, "linear")->always_faster);
        QVERIFY(said(answer, "At L = 8,192 the fastest linearised Yat is SLAY (anchor)"));
        QVERIFY(said(answer, "4.00 times as fast as fused softmax"));
        QVERIFY(said(answer, "Fastest of all is Linear"));
        QVERIFY(said(answer, "not recommended: SLAY (Hadamard)"));
        const CaseRow* softmax = row_of(answer, "standard");
        QCOMPARE(softmax->out, std::string("Not enough memory for standard."));
        QCOMPARE(&answer.rows.back(), softmax);
        QCOMPARE(row_of(answer, "yat-spherical")->speed, Speed::slower);
    }

    void below_the_break_even_it_says_so() {
        CaseQuestion question;
        question.length = 1024;
        const CaseAnswer answer = answer_case(known_record(), question);
        QVERIFY(said(answer, "At L = 1,024 take fused softmax"));
        QCOMPARE(answer.rows[*answer.linearised].speed, Speed::slower);
    }

    void between_two_lengths_it_is_read_off_and_said() {
        CaseQuestion question;
        question.length = 2048;
        const CaseAnswer answer = answer_case(known_record(), question);
        const CaseRow* anchor = row_of(answer, "yat-performer-anchor");
        QVERIFY(anchor->latency->between);
        QVERIFY(near(anchor->latency->value.value, 4.0));
        QVERIFY(!anchor->latency->value.low);
        QVERIFY(near(anchor->speedup->value.value, 1.0));
        QCOMPARE(anchor->speed, Speed::unknown);
        QCOMPARE(figure_text(anchor->latency), std::string("~ 4.00"));
        QVERIFY(said(answer, "L = 2,048 was not measured"));
        // Softmax is measured at both sides here, though not at 8192.
        QVERIFY(row_of(answer, "standard")->latency->between);
    }

    void beyond_what_was_measured_nothing_is_said() {
        for (const double length : {512.0, 16384.0}) {
            CaseQuestion question;
            question.length = length;
            const CaseAnswer answer = answer_case(known_record(), question);
            QVERIFY(!answer.fastest && !answer.linearised);
            QVERIFY(said(answer, "no variant was measured on both sides of this length"));
            for (const CaseRow& row : answer.rows) QVERIFY(!row.latency);
        }
        CaseQuestion question;
        question.length = 512;
        QCOMPARE(row_of(answer_case(known_record(), question), "linear")->out,
                 std::string("not measured below 1,024"));
    }

    void limits_take_variants_out() {
        CaseQuestion question;
        question.length = 4096;
        question.most_mb = 40;
        CaseAnswer answer = answer_case(known_record(), question);
        QCOMPARE(row_of(answer, "standard")->out, std::string("needs 1.60 GB"));
        QVERIFY(row_of(answer, "linear")->out.empty());
        question.most_error = 0.4;
        answer = answer_case(known_record(), question);
        QVERIFY(!answer.linearised);
        QCOMPARE(row_of(answer, "yat-performer-anchor")->out, std::string("its error is 0.500"));
        QVERIFY(said(answer, "No linearised Yat keeps within the error asked for"));
        question.most_mb = 1;
        answer = answer_case(known_record(), question);
        QVERIFY(!answer.fastest);
        QVERIFY(said(answer, "no variant that was measured keeps within these limits"));
    }

    // Two samples give no interval: a ratio, and no verdict.
    void too_few_samples_give_no_verdict() {
        CaseQuestion question;
        question.length = 8192;
        const CaseAnswer answer = answer_case(known_record(true), question);
        const CaseRow* anchor = row_of(answer, "yat-performer-anchor");
        QVERIFY(near(anchor->speedup->value.value, 4.0));
        QCOMPARE(anchor->speed, Speed::unknown);
    }

    // budget_record(): Laplace 0.5 ms 0.60, 1.5 ms 0.55; anchor 1 ms 0.50, 2 ms 0.40.
    void budgets_are_the_front_and_the_cheapest_that_is_close_enough() {
        CaseAnswer answer = answer_case(budget_record(), {});
        QStringList front;
        for (const CaseBudget& each : answer.budgets)
            front << QString::fromStdString(each.variant + ' ' + each.budget +
                                            (each.chosen ? " chosen" : ""));
        QCOMPARE(front.size(), 3);
        QVERIFY(front[0].startsWith("yat-performer-laplace R = 1"));
        QVERIFY(front[1].startsWith("yat-performer-anchor R = 1"));
        QVERIFY2(front[2].endsWith("P = 16 chosen"), qPrintable(front[2]));
        CaseQuestion question;
        question.most_error = 0.55;
        answer = answer_case(budget_record(), question);
        QVERIFY(answer.budgets[1].chosen && !answer.budgets[0].chosen && !answer.budgets[2].chosen);
        QVERIFY(said(answer, "is the cheapest within that error"));
        question.most_error = 0.1;
        QVERIFY(said(answer_case(budget_record(), question),
                     "none of those measured has an error of 0.100 or less"));
    }

    void a_record_that_cannot_answer_says_what_to_do() {
        const CaseAnswer nothing = answer_case(RunRecord(), {});
        QVERIFY(nothing.rows.empty());
        QVERIFY(said(nothing, "measured no latency: open one that did"));
        QVERIFY(said(answer_case(small_record(), {}), "measured one budget only"));
    }

    void hostile_names_and_broken_points_break_nothing() {
        const CaseAnswer answer = answer_case(hostile_record(), {});
        QVERIFY(!answer.sentences.empty());
        for (const std::string& each : answer.sentences)
            for (const char c : each) QVERIFY(static_cast<unsigned char>(c) >= 0x20);
        QVERIFY(!case_json(answer).dump().empty());
    }

    void it_is_json() {
        CaseQuestion question;
        question.length = 8192;
        const auto json = case_json(answer_case(known_record(), question));
        QCOMPARE(json["length"].get<double>(), 8192.0);
        QCOMPARE(json["variants"].size(), std::size_t{6});
        QCOMPARE(json["variants"][0]["variant"].get<std::string>(), std::string("linear"));
        QCOMPARE(json["variants"][0]["verdict"].get<std::string>(), std::string("faster"));
    }
};

QTEST_APPLESS_MAIN(CaseAnswerTest)
#include "case_answer_test.moc"

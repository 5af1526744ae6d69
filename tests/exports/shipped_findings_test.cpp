// The findings that come with the program: sound as files, and answered from records whose figures
// are known.
#include <QFile>
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "exports/findings/report.h"
#include "exports/published.h"
#include "tests/exports/sample_records.h"

using namespace slay;

class ShippedFindingsTest : public QObject {
    Q_OBJECT

  private slots:
    void the_files_that_come_with_the_program_are_sound() {
        const FindingSet* paper = find_finding_set("paper");
        QVERIFY(paper);
        QCOMPARE(paper->findings.size(), std::size_t{6});  // five; speed twice
        const FindingSet* speed = find_finding_set("kernel-speed");
        QVERIFY(speed && !speed->devices.empty());
        for (const FindingSet& set : finding_sets())
            for (const Finding& finding : set.findings)
                for (const Check& check : finding.checks) {
                    QVERIFY2(find_metric(check.metric) || check.experiment == "training",
                             check.metric.c_str());
                    for (const CheckTerm* term :
                         {&check.numerator, check.denominator ? &*check.denominator : nullptr}) {
                        if (!term || term->kind != CheckTerm::Kind::published) continue;
                        // Against one that takes 1 ms: the number is found.
                        bool found = false;
                        for (const PublishedPoint& point : find_published(term->published)->points)
                            found = found ||
                                    (point.label == term->label && point.metric == check.metric);
                        QVERIFY2(found, (finding.id + ": " + term->label).c_str());
                    }
                }
    }

    void the_papers_own_code_refutes_its_speed() {
        const RunRecord record = slay::testing::h200_record();
        for (const FindingAnswer& answer : judge(*find_finding_set("paper"), record)) {
            if (answer.finding->id.rfind("speed-", 0) == 0)
                QCOMPARE(answer.verdict, Judgement::refuted);
            if (answer.finding->id == "memory") QCOMPARE(answer.verdict, Judgement::supported);
            if (answer.finding->id == "perplexity")
                QCOMPARE(answer.verdict, Judgement::inconclusive);
        }
        const RunRecord ablation = slay::testing::ablation_record();
        const auto order = judge(*find_finding_set("paper"), ablation);
        QCOMPARE(order[0].finding->id, std::string("error-order"));
        QCOMPARE(order[0].verdict, Judgement::supported);
        for (const CheckAnswer& check : order[0].checks)
            if (check.check->decides) QCOMPARE(check.rows.size(), std::size_t{3});  // scales
    }

    void the_kernels_speed_is_answered_from_its_preset() {
        QFile preset(QStringLiteral(SLAY_SOURCE_DIR "/presets/kernel-speed.json"));
        QVERIFY(preset.open(QIODevice::ReadOnly));
        const RunRecord record = slay::testing::kernel_speed_record(preset.readAll().toStdString());
        const auto answers = judge(*find_finding_set("kernel-speed"), record);
        for (const FindingAnswer& answer : answers)
            for (const CheckAnswer& check : answer.checks)
                QVERIFY2(
                    check.figure,
                    (answer.finding->id + ", " + check.check->label + ": " + check.reason).c_str());
        const auto answer_of = [&](const char* id) {
            return *std::find_if(answers.begin(), answers.end(),
                                 [&](const FindingAnswer& each) { return each.finding->id == id; });
        };
        // 24 over 3, with samples that spread: about 8, which is the bound itself.
        const CheckAnswer layer = answer_of("layer-bf16").checks[0];
        QVERIFY(std::abs(layer.figure->value - 8) < 0.5);
        QVERIFY(!layer.aim_reached);
        QCOMPARE(answer_of("exact-yat").verdict, Judgement::supported);  // an eighth of its time
        QVERIFY(answer_of("exact-yat").checks[0].aim_reached);
        QCOMPARE(answer_of("exact-yat").checks[0].rows.size(), std::size_t{3});  // lengths
        // 261 ms over 3 us x 32768.
        const double published = answer_of("published-code").checks[0].figure->value;
        QVERIFY2(std::abs(published / (260.9726 / 0.098304) - 1) < 0.03,
                 qPrintable(QString::number(published)));
        QCOMPARE(answer_of("peak-memory").verdict, Judgement::supported);
        QVERIFY(!answer_of("peak-memory").checks[0].aim_reached);
        QCOMPARE(answer_of("longest-context").verdict, Judgement::supported);
    }
};

QTEST_GUILESS_MAIN(ShippedFindingsTest)
#include "shipped_findings_test.moc"

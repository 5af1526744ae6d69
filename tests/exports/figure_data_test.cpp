// The record as figures: curves, intervals, crossovers, failures, overlays.
#include "exports/figure_data.h"

#include <QtTest>
#include <cmath>

#include "exports/panels.h"
#include "tests/exports/sample_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

const Series* find(const FigureData& data, const std::string& id) {
    for (const Series& each : data.series)
        if (each.id == id) return &each;
    return nullptr;
}

bool has_note(const FigureData& data, const char* part) {
    return std::any_of(data.notes.begin(), data.notes.end(), [&](const std::string& note) {
        return note.find(part) != std::string::npos;
    });
}

const FigureSpec& latency = *find_figure("latency_scaling");
const FigureSpec& memory = *find_figure("memory_scaling");
const FigureSpec& quality = *find_figure("kernel_quality");

}  // namespace

class FigureDataTest : public QObject {
    Q_OBJECT
  private slots:
    void memory_is_drawn_against_the_lengths_that_were_tried() {
        const RunRecord record = context_record();
        const FigureSpec& spec = *find_figure("memory_vs_seqlen");
        QCOMPARE(figure_panels(spec, record).size(), std::size_t{2});  // two types
        const FigureData data = build_figure(spec, record);
        QVERIFY(data.x.log && data.y.log);
        QCOMPARE(data.x.low, 1024.0);
        const auto series = [&](const std::string& id) -> const Series* {
            for (const Series& each : data.series)
                if (each.id == id) return &each;
            return nullptr;
        };
        const Series* standard = series("measured:standard");
        QVERIFY(standard);
        QCOMPARE(standard->points.size(), std::size_t{6});  // 1024 to 32768
        for (std::size_t i = 0; i < standard->points.size(); ++i)
            QCOMPARE(standard->points[i].x, 1024.0 * static_cast<double>(1 << i));
        QVERIFY(standard->points.back().y > 60000 && standard->points.back().y < 80000);
        // What failed half way is drawn as far as it came, and said.
        const Series* failed = series("measured:performer");
        QVERIFY(failed);
        QCOMPARE(failed->points.size(), std::size_t{2});
        QVERIFY(std::any_of(data.notes.begin(), data.notes.end(), [](const std::string& note) {
            return note.find("it fell over") != std::string::npos;
        }));
        const Series* limit = series("reference:limit_mb");
        QVERIFY(limit);
        QCOMPARE(limit->points.size(), std::size_t{2});
        QCOMPARE(limit->points[0].y, 80000.0);
        QCOMPARE(limit->points[1].x, data.x.high);
        QCOMPARE(data.slopes.size(), std::size_t{2});
    }

    void draws_medians_with_their_intervals() {
        const FigureData data = build_figure(latency, small_record());
        QVERIFY(!data.empty());
        QCOMPARE(data.x.label, std::string("Length L (tokens)"));
        QCOMPARE(data.y.label, std::string("Latency (ms)"));
        QVERIFY(data.x.log && data.y.log);
        QCOMPARE(data.x.low, 256.0);
        QCOMPARE(data.x.high, 4096.0);
        const Series* standard = find(data, "measured:standard");
        QVERIFY(standard);
        QCOMPARE(standard->points.size(), std::size_t(3));
        QCOMPARE(standard->points[0].y, 0.125);
        QCOMPARE(standard->points[2].y, 32.0);
        QCOMPARE(standard->points[0].count, 11);
        QVERIFY(standard->points[0].low && *standard->points[0].low < 0.125);
        QVERIFY(standard->points[0].high && *standard->points[0].high > 0.125);
        QCOMPARE(data.slopes.size(), std::size_t(2));
        QVERIFY(has_note(data, "1 point is unconverged"));
    }

    void finds_where_a_curve_falls_below_softmax() {
        // 0.125 s^2 = 0.5 s at s = 4 (L = 1024); 0.125 s^2 = s at s = 8 (L = 2048).
        const FigureData data = build_figure(latency, small_record());
        QCOMPARE(data.crossovers.size(), std::size_t(2));
        QCOMPARE(data.crossovers[0].series, std::string("measured:linear"));
        QVERIFY(std::abs(data.crossovers[0].x - 1024) < 1e-6);
        QVERIFY(std::abs(data.crossovers[0].y - 2) < 1e-9);
        QVERIFY(std::abs(data.crossovers[1].x - 2048) < 1e-6);
        QVERIFY(std::abs(data.crossovers[1].y - 8) < 1e-9);
        FigureOptions hidden;
        hidden.hidden = {"measured:linear"};
        QCOMPARE(build_figure(latency, small_record(), hidden).crossovers.size(), std::size_t(1));
        hidden.hidden = {"measured:standard"};
        QVERIFY(build_figure(latency, small_record(), hidden).crossovers.empty());
    }

    void shows_what_failed_with_its_reason() {
        const FigureData data = build_figure(memory, small_record());
        const Series* standard = find(data, "measured:standard");
        QVERIFY(standard);
        QCOMPARE(standard->points.size(), std::size_t(2));
        QCOMPARE(standard->undrawn.size(), std::size_t(1));
        QCOMPARE(standard->undrawn[0].x, 4096.0);
        QVERIFY(standard->undrawn[0].state == PointState::out_of_memory);
        QVERIFY(has_note(data, "Softmax at L = 4,096: out-of-memory. Needs about 4.2 GB"));
        const Series* predicted = find(data, "predicted:standard");
        QVERIFY(predicted);
        QCOMPARE(predicted->points.size(), std::size_t(3));  // where nothing was measured, too
        QCOMPARE(predicted->points[0].y, 10.24);
        QVERIFY(predicted->kind == SeriesKind::predicted);
        FigureOptions measured;
        measured.predicted = false;
        QVERIFY(!find(build_figure(memory, small_record(), measured), "predicted:standard"));
    }

    void keeps_zero_and_negative_values_off_a_logarithmic_axis() {
        FigureData data = build_figure(memory, hostile_record());
        for (const Series& series : data.series)
            for (const FigurePoint& point : series.points) QVERIFY(point.y > 0 && point.x > 0);
        QVERIFY(has_note(data, "zero or negative and cannot be drawn on a logarithmic axis"));
        FigureOptions linear;
        linear.log_y = false;
        data = build_figure(memory, hostile_record(), linear);
        QVERIFY(!has_note(data, "zero or negative"));
        QCOMPARE(find(data, "measured:standard")->points[1].y, -1.5);
    }

    void chooses_the_panel_asked_for() {
        const RunRecord record = h200_record();
        const auto panels = figure_panels(latency, record);
        QCOMPARE(panels.size(), std::size_t(2));
        QCOMPARE(panels[1].id, std::string("forward-backward"));
        FigureOptions options;
        options.panel = "forward-backward";
        const FigureData both = build_figure(latency, record, options);
        QCOMPARE(both.panel.conditions.text("pass"), std::string("forward+backward"));
        QVERIFY(both.title.find("forward + backward") != std::string::npos);
        // 5.326 ms published, and samples within 1.5 % of it.
        for (const FigurePoint& point : find(both, "measured:standard")->points)
            if (point.x == 4096) QVERIFY(std::abs(point.y / 5.326 - 1) < 0.015);
        options.panel = "no such panel";
        QCOMPARE(build_figure(latency, record, options).panel.id, panels[0].id);
    }

    void overlays_only_what_is_comparable() {
        const RunRecord record = h200_record();
        FigureOptions options;
        options.overlays = {"paper-a100-scaling", "nonsense"};
        const FigureData forward = build_figure(latency, record, options);
        const Series* paper = find(forward, "paper:paper-a100-scaling:standard");
        QVERIFY(paper && paper->kind == SeriesKind::paper);
        QCOMPARE(paper->points.front().x, 128.0);
        QCOMPARE(paper->points.front().y, 0.41);
        const Series* slay = find(forward, "paper:paper-a100-scaling:slay");
        QVERIFY(slay);
        QCOMPARE(slay->variant, std::string("yat-performer-anchor"));
        QVERIFY(has_note(forward, "no published numbers named nonsense"));
        options.panel = "forward-backward";
        const FigureData both = build_figure(latency, record, options);
        QVERIFY(!find(both, "paper:paper-a100-scaling:standard"));
        QVERIFY(has_note(both, "left out: it was measured with forward, not forward + backward"));
    }

    void error_is_shown_from_exact_yat_with_its_references() {
        const FigureData data = build_figure(quality, ablation_record());
        QVERIFY(!find(data, "measured:yat-spherical"));
        QVERIFY(find(data, "measured:yat-performer-anchor"));
        const Series* uniform = find(data, "reference:uniform_relative_l2");
        QVERIFY(uniform);
        QCOMPARE(uniform->label, std::string("uniform weights"));
        QCOMPARE(uniform->points.size(), std::size_t(3));
        QVERIFY(find(data, "reference:quadrature_relative_l2"));
        QVERIFY(data.slopes.empty());
    }

    void pools_seeds_to_a_mean_with_its_interval() {
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "s", "title": "s", "experiments": ["latency"],
                "variants": ["linear"], "sweep": {"lengths": [256], "seeds": [0, 1, 2]}})",
            [](const Point& point) -> Outcome {
                Outcome out;
                out.result.state =
                    point.parameters.integer("seed") == 2 ? PointState::failed : PointState::ok;
                out.result.reason = out.result.state == PointState::ok ? "" : "it broke";
                out.result.metrics["latency_ms"] = {
                    1.0 + static_cast<double>(point.parameters.integer("seed")), {}, {}, 9};
                return out;
            });
        const FigureData data = build_figure(latency, record);
        const Series* linear = find(data, "measured:linear");
        QVERIFY(linear);
        QCOMPARE(linear->points.size(), std::size_t(1));
        QCOMPARE(linear->points[0].y, 1.5);
        QCOMPARE(linear->points[0].count, 2);
        QCOMPARE(linear->points[0].reason, std::string("2 of 3 seeds measured. it broke"));
    }

    void an_interval_below_zero_keeps_its_upper_half() {
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "s", "title": "s", "experiments": ["latency"],
                "variants": ["linear"], "sweep": {"lengths": [256]}})",
            [](const Point&) -> Outcome {
                Outcome out;
                out.result.state = PointState::ok;
                out.result.metrics["latency_ms"] = {118, -15, 251, 3};
                return out;
            });
        const FigureData data = build_figure(latency, record);
        const FigurePoint& point = find(data, "measured:linear")->points.at(0);
        QVERIFY(!point.low);
        QCOMPARE(point.high.value_or(0), 251.0);
        QVERIFY(has_note(data, "One interval reaches to zero or below"));
        FigureOptions linear;
        linear.log_y = false;
        QCOMPARE(find(build_figure(latency, record, linear), "measured:linear")->points.at(0).low,
                 std::optional(-15.0));
    }

    void an_empty_record_gives_an_empty_figure_that_says_so() {
        const FigureData data = build_figure(quality, small_record());
        QVERIFY(data.empty());
        QVERIFY(has_note(data, "no points of the experiment kernel-quality"));
        QVERIFY(build_figure(latency, RunRecord()).empty());
    }

    void remembers_panels_by_plan() {
        // What depends on the plan alone is worked out once: the second look at it gives the same.
        const RunRecord record = h200_record();
        const FigureData first = build_figure(latency, record);
        const FigureData second = build_figure(latency, record);
        QCOMPARE(first.series.size(), second.series.size());
        // Another record of the same name does not get the panels of the first.
        QCOMPARE(build_figure(latency, small_record()).series.size(), std::size_t(3));
    }
};

QTEST_GUILESS_MAIN(FigureDataTest)
#include "figure_data_test.moc"

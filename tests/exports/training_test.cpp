// Curves of raw samples and the table of trained models, from a record with known numbers.
#include <QtTest>
#include <cmath>

#include "exports/export_run.h"
#include "exports/figure_items.h"
#include "exports/figure_parts.h"
#include "exports/tables/run_tables.h"
#include "tests/exports/sample_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

constexpr int steps = 1000;

// Loss of a step: two seeds 0.2 apart, linear attention 0.5 above softmax.
double loss_at(const Point& point, int step) {
    const double base = point.variant == "standard" ? 2.0 : 2.5;
    return base + 1.0 / step + 0.2 * static_cast<double>(point.parameters.integer("seed"));
}

enum class Kind { finished, running, diverged };

// Softmax and linear attention on two seeds, finished; or with linear's second seed in flight, or
// diverged, at step 100.
RecordedPoint const* point_of(const RunRecord& record, const char* variant, std::int64_t seed) {
    for (const RecordedPoint& each : record.points())
        if (each.point.variant == variant && each.point.parameters.integer("seed") == seed)
            return &each;
    return nullptr;
}

RunRecord training_record(Kind kind) {
    const auto spec = parse_spec(
        R"({"schema": "slay-preset/1", "name": "t", "title": "t", "experiments": ["training"],
            "variants": ["standard", "linear"],
            "sweep": {"steps": [1000], "lengths": [64], "widths": [64], "heads": [4],
                      "batches": [8], "seeds": [0, 1]}})",
        "t");
    RunStarted started;
    started.plan = make_plan(*spec).value();
    started.variants = variant_catalog();
    started.metrics = metric_table();
    started.provenance.device_name = "NVIDIA H200";
    const std::vector<Point> points = started.plan.points;
    RunRecord record;
    std::uint64_t seq = 0;
    const auto apply = [&](EventBody body) {
        record.apply({++seq, "training-run", 0.1 * static_cast<double>(seq), std::move(body)});
    };
    apply(std::move(started));
    for (const Point& point : points) {
        const bool cut = kind != Kind::finished && point.variant == "linear" &&
                         point.parameters.integer("seed") == 1;
        const int last = cut ? 100 : steps;
        apply(PointStarted{point.id});
        SamplesTaken taken{point.id, "training_loss", 1, {}};
        for (int step = 1; step <= last; ++step) taken.values.push_back(loss_at(point, step));
        apply(std::move(taken));
        for (int step = 100; step <= last; step += 100)
            apply(SamplesTaken{point.id, "validation_loss", step, {loss_at(point, step) + 0.1}});
        if (cut && kind == Kind::running) continue;
        PointFinished done{point.id, {}};
        done.result.state = cut ? PointState::failed : PointState::ok;
        if (cut) {
            done.result.reason = "The training diverged at step 101 of 1000.";
        } else {
            const double loss = loss_at(point, steps) + 0.1;
            done.result.metrics["validation_loss"] = {loss, {}, {}, 1};
            done.result.metrics["perplexity"] = {std::exp(loss), {}, {}, 1};
            done.result.metrics["entropy_bound"] = {1.75, {}, {}, 1};
            done.result.metrics["tokens_per_s"] = {12345, {}, {}, 1};
        }
        apply(std::move(done));
    }
    return record;
}

const FigureSpec& curves = *find_figure("training_curves");

const Series& series_of(const FigureData& data, const char* id) {
    for (const Series& each : data.series)
        if (each.id == id) return each;
    static const Series none;
    return none;
}

}  // namespace

class TrainingTest : public QObject {
    Q_OBJECT
  private slots:
    void samples_become_curves_with_a_band_over_seeds() {
        const RunRecord record = training_record(Kind::finished);
        const FigureData data = build_figure(curves, record);
        QCOMPARE(data.x_parameter, std::string("step"));
        QCOMPARE(data.x.label, std::string("Step"));
        QCOMPARE(data.y.label, std::string("Training loss (nats)"));
        QVERIFY(!data.x.log && !data.y.log);
        QCOMPARE(data.series.size(), std::size_t(2));
        const Series& softmax = series_of(data, "measured:standard");
        QVERIFY(softmax.band);
        QCOMPARE(softmax.points.size(), max_sample_steps);  // 1000 steps in 200 bins
        const FigurePoint& last = softmax.points.back();
        QCOMPARE(last.count, std::int64_t(2));  // seeds
        QVERIFY(std::abs(last.y - 2.101) < 1e-3);
        QVERIFY(std::abs(*last.low - 2.001) < 1e-3);
        QVERIFY(std::abs(*last.high - 2.201) < 1e-3);
        QVERIFY(softmax.undrawn.empty());
        QCOMPARE(data.x.high, 1000.0);
        // No value is lost to the bins: they hold all steps.
        QVERIFY(softmax.points.front().x < 5 && last.x > 995);
    }

    void few_samples_stand_each_at_its_round() {
        const RunRecord record = training_record(Kind::finished);
        FigureOptions options;
        options.metric = "validation_loss";
        const FigureData data = build_figure(curves, record, options);
        const Series& softmax = series_of(data, "measured:standard");
        QCOMPARE(softmax.points.size(), std::size_t(10));
        QCOMPARE(softmax.points[2].x, 300.0);
        QVERIFY(std::abs(softmax.points[2].y - (2.2 + 1.0 / 300)) < 1e-9);
    }

    void each_printed_metric_has_a_file_where_it_was_measured() {
        const auto stems = [](Kind kind) {
            std::vector<std::string> out;
            for (const FigureItem& item : figure_items(training_record(kind)))
                out.push_back(item.stem);
            return out;
        };
        const std::vector<std::string> both{"figures/training_curves",
                                            "figures/training_curves_validation-loss"};
        QCOMPARE(stems(Kind::finished), both);  // gradient norms were not recorded
        const RunRecord record = training_record(Kind::finished);
        const FigureItem loss = figure_items(record).back();
        QCOMPARE(build_figure(curves, record, loss.options()).y.label,
                 std::string("Validation loss (nats)"));
        FigureOptions norms;
        norms.metric = "gradient_norm";
        QVERIFY(build_figure(curves, record, norms).y.log);

        // Of a run that was stopped before its first step there is nothing to print.
        RunStarted started;
        started.plan.spec = record.spec();
        for (const RecordedPoint& each : record.points()) started.plan.points.push_back(each.point);
        RunRecord open;
        open.apply({1, "open", 0.1, std::move(started)});
        QCOMPARE(open.points().size(), record.points().size());
        QVERIFY(figure_items(open).empty());
    }

    void a_point_in_flight_and_one_that_diverged_are_drawn_as_far_as_they_came() {
        for (const Kind kind : {Kind::running, Kind::diverged}) {
            const RunRecord record = training_record(kind);
            const FigureData data = build_figure(curves, record);
            const Series& linear = series_of(data, "measured:linear");
            QCOMPARE(linear.undrawn.size(), std::size_t(1));
            QVERIFY(linear.undrawn[0].state ==
                    (kind == Kind::running ? PointState::running : PointState::failed));
            QCOMPARE(linear.points.front().count, std::int64_t(2));
            QCOMPARE(linear.points.back().count, std::int64_t(1));  // the other seed alone
            QVERIFY(!linear.points.back().low);
            QCOMPARE(data.x.high, 1000.0);  // the planned end
            const bool noted =
                std::any_of(data.notes.begin(), data.notes.end(), [](const std::string& note) {
                    return note.find("diverged at step 101") != std::string::npos;
                });
            QCOMPARE(noted, kind == Kind::diverged);
        }
    }

    void rounds_on_a_logarithmic_axis_are_binned_there() {
        const RunRecord record = training_record(Kind::finished);
        FigureOptions options;
        options.log_x = true;
        const FigureData data = build_figure(curves, record, options);
        const Series& softmax = series_of(data, "measured:standard");
        QVERIFY(softmax.points.size() < max_sample_steps);  // early bins hold no step
        QCOMPARE(softmax.points[0].x, 1.0);
        QCOMPARE(softmax.points[1].x, 2.0);
    }

    void the_table_has_means_marks_and_the_entropy() {
        const RunRecord record = training_record(Kind::finished);
        const auto tables = tables_of(record);
        QCOMPARE(tables.size(), std::size_t(1));
        QCOMPARE(tables[0].id, std::string("e2e_training"));
        const std::string tex = table_file(record, tables[0]);
        for (const char* part :
             {"tab:e2e_training", "Loss (nats)", "Validation", "Perplexity", "Mean over seeds",
              "\\emph{Entropy of the source}", "1.750", "5.755", "generated language", "\\best{",
              "NVIDIA H200", "causal-lm"})
            QVERIFY2(tex.find(part) != std::string::npos, (part + ("\n" + tex)).c_str());
        QCOMPARE(table_file(record, tables[0]), tex);
        const std::string csv = points_csv(record, "training");
        QVERIFY(csv.find("validation_loss") != std::string::npos);
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t(5));
    }

    void the_papers_perplexities_stand_beside_models_of_its_size() {
        const auto table = [](const char* heads) {
            const auto outcome = [](const Point&) {
                Outcome out;
                out.result.state = PointState::ok;
                out.result.metrics["validation_loss"] = {3.5, {}, {}, 1};
                return out;
            };
            const RunRecord record =
                record_of(std::string(R"({"schema": "slay-preset/1", "name": "t", "title": "t",
                    "experiments": ["training"], "variants": ["standard", "performer",
                    "yat-performer-rm"], "sweep": {"layers": [12], "widths": [768], "heads": [)") +
                              heads + R"(], "seeds": [0]}})",
                          outcome);
            return table_file(record, tables_of(record)[0]);
        };
        const std::string same = table("12"), other = table("8");
        for (const char* part : {"Paper: perplexity", "103.73", "233.32", "other data"}) {
            QVERIFY2(same.find(part) != std::string::npos, same.c_str());
            QVERIFY2(other.find(part) == std::string::npos, other.c_str());
        }
    }

    void a_seed_that_diverged_is_told_beside_the_mean() {
        const RunRecord record = training_record(Kind::diverged);
        const std::string tex = table_file(record, tables_of(record)[0]);
        QVERIFY2(tex.find("1 of 2 seeds measured. The training diverged at step 101") !=
                     std::string::npos,
                 tex.c_str());
        QVERIFY(point_of(record, "linear", 1)->result.state == PointState::failed);
    }
};

QTEST_APPLESS_MAIN(TrainingTest)
#include "training_test.moc"

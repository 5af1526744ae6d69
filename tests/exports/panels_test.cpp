// What may stand in one curve, and how a sweep falls into panels.
#include "exports/panels.h"

#include <QFile>
#include <QtTest>

#include "tests/exports/sample_records.h"

using namespace slay;
using namespace slay::testing;

namespace {

Outcome ok(const Point&) {
    Outcome out;
    out.result.state = PointState::ok;
    out.result.metrics["latency_ms"] = {1, {}, {}, 1};
    out.result.metrics["relative_l2"] = {0.5, {}, {}, 1};
    return out;
}

RunRecord latency_run(const std::string& sweep, const std::string& variants) {
    return record_of(R"({"schema": "slay-preset/1", "name": "t", "title": "t",
        "experiments": ["latency"], "variants": )" +
                         variants + R"(, "sweep": )" + sweep + "}",
                     ok);
}

QStringList ids(const std::vector<Panel>& panels) {
    QStringList out;
    for (const Panel& each : panels) out << QString::fromStdString(each.id);
    return out;
}

const FigureSpec& latency = *find_figure("latency_scaling");
const FigureSpec& quality = *find_figure("kernel_quality");

}  // namespace

class PanelsTest : public QObject {
    Q_OBJECT
  private slots:
    void one_panel_has_no_suffix() {
        const RunRecord record = latency_run(R"({"lengths": [256, 512]})", R"(["standard"])");
        QCOMPARE(ids(figure_panels(latency, record)), QStringList{""});
    }

    void never_mixes_pass_type_lane_or_mask() {
        const RunRecord record = latency_run(
            R"({"lengths": [256, 512], "passes": ["forward", "forward+backward"],
                "dtypes": ["float32", "bfloat16"], "lanes": ["layer", "core"],
                "causal": [true, false]})",
            R"(["standard", "linear"])");
        const auto panels = panels_of(record, latency);
        QCOMPARE(panels.size(), std::size_t(16));
        QSet<QString> seen;
        for (const PanelPoints& each : panels) {
            seen.insert(QString::fromStdString(each.panel.id));
            for (const char* id : {"pass", "dtype", "lane", "causal"}) {
                QVERIFY2(each.panel.conditions.has(id), id);
                for (const RecordedPoint* point : each.points)
                    QVERIFY(*point->point.parameters.find(id) == *each.panel.conditions.find(id));
            }
            for (const Curve& curve : curves_of(record, each.points, each.panel.x))
                for (const CurveStep& step : curve.steps)
                    QCOMPARE(step.points.size(), std::size_t(1));
        }
        QCOMPARE(seen.size(), 16);
        QVERIFY(seen.contains("forward-backward_bfloat16_core_bidirectional"));
    }

    void splits_by_shape_but_not_by_what_follows_from_it() {
        const RunRecord record = latency_run(
            R"({"lengths": [256, 512], "widths": [128, 256], "heads": [8]})", R"(["standard"])");
        // The head dimension follows from the width.
        QCOMPARE(ids(figure_panels(latency, record)), (QStringList{"e128", "e256"}));
    }

    void takes_another_axis_where_the_length_does_not_vary() {
        const RunRecord record =
            latency_run(R"({"lengths": [256], "widths": [128, 256, 512]})", R"(["standard"])");
        const auto panels = panels_of(record, latency);
        QCOMPARE(panels.size(), std::size_t(1));
        QCOMPARE(panels[0].panel.x, std::string("width"));
        QCOMPARE(curves_of(record, panels[0].points, "width")[0].steps.size(), std::size_t(3));
    }

    void pools_seeds_into_one_step() {
        const RunRecord record =
            latency_run(R"({"lengths": [256, 512], "seeds": [0, 1, 2]})", R"(["standard"])");
        const auto panels = panels_of(record, latency);
        QCOMPARE(panels.size(), std::size_t(1));
        const auto curves = curves_of(record, panels[0].points, "length");
        QCOMPARE(curves.size(), std::size_t(1));
        QCOMPARE(curves[0].steps[0].points.size(), std::size_t(3));
    }

    void budgets_are_curves_of_their_own() {
        const RunRecord record = latency_run(R"({"lengths": [256, 512]})",
                                             R"([{"name": "performer", "prf_features": 32},
                                                 {"name": "performer", "prf_features": 64},
                                                 "linear"])");
        const auto panels = panels_of(record, latency);
        QCOMPARE(panels.size(), std::size_t(1));
        const auto curves = curves_of(record, panels[0].points, "length");
        QCOMPARE(curves.size(), std::size_t(3));
        QCOMPARE(curves[0].id, std::string("performer;prf_features=32"));
        QCOMPARE(curves[0].label, std::string("Performer [M = 32]"));
        QCOMPARE(curves[2].id, std::string("linear"));
    }

    void scales_are_one_curve_each() {
        const RunRecord record = ablation_record();
        const auto panels = panels_of(record, quality);
        QCOMPARE(panels.size(), std::size_t(1));
        const auto curves = curves_of(record, panels[0].points, panels[0].panel.x);
        QCOMPARE(curves.size(), std::size_t(7));
        for (const Curve& curve : curves) QCOMPARE(curve.steps.size(), std::size_t(3));
    }

    void defaults_that_differ_are_no_sweep() {
        // Anchor has M = 16 by default and Laplace 32.
        const RunRecord record = record_of(
            R"({"schema": "slay-preset/1", "name": "t", "title": "t", "experiments":
                ["kernel-quality"], "variants": ["yat-performer-anchor", "yat-performer-laplace"],
                "sweep": {"lengths": [256, 512]}})",
            ok);
        QCOMPARE(ids(figure_panels(quality, record)), QStringList{""});
    }

    void a_grid_is_shown_in_slices() {
        QFile preset(QStringLiteral(SLAY_SOURCE_DIR "/presets/kernel-quality.json"));
        QVERIFY(preset.open(QIODevice::ReadOnly));
        const RunRecord record = grid_record(preset.readAll().toStdString());
        const auto panels = panels_of(record, quality);
        QVERIFY(panels.size() > 4);
        QSet<QString> axes;
        for (const PanelPoints& each : panels) {
            axes.insert(QString::fromStdString(each.panel.x));
            // One curve a variant: everything else is held.
            QSet<QString> variants;
            for (const Curve& curve : curves_of(record, each.points, each.panel.x)) {
                QVERIFY2(!variants.contains(QString::fromStdString(curve.variant.name)),
                         curve.id.c_str());
                variants.insert(QString::fromStdString(curve.variant.name));
                for (const CurveStep& step : curve.steps)
                    QCOMPARE(step.points.size(), std::size_t(1));
            }
            QVERIFY(!each.panel.held.empty());
        }
        QVERIFY(axes.contains("length") && axes.contains("nodes") && axes.contains("head_dim"));
    }

    void file_names_of_hostile_values_stay_in_their_folder() {
        RunStarted started;
        started.variants.push_back(*find_variant("linear"));
        for (const char* lane : {"../../etc/x", "a/b\\c", "\xff", ""}) {
            Point point;
            point.experiment = "latency";
            point.variant = "linear";
            point.parameters.set("length", std::int64_t{256});
            point.parameters.set("lane", std::string(lane));
            point.id = point_id("latency", "linear", point.parameters);
            started.plan.points.push_back(point);
        }
        const auto panels = figure_panels(latency, record_of(std::move(started), ok));
        QCOMPARE(panels.size(), std::size_t(4));
        QSet<QString> names;
        for (const Panel& panel : panels) {
            QVERIFY(QRegularExpression("^[a-z0-9][a-z0-9._-]*$")
                        .match(QString::fromStdString(panel.id))
                        .hasMatch());
            QVERIFY(panel.id.find("..") == std::string::npos);
            names.insert(QString::fromStdString(panel.id));
        }
        QCOMPARE(names.size(), 4);
    }
};

QTEST_GUILESS_MAIN(PanelsTest)
#include "panels_test.moc"

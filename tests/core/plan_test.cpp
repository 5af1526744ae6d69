#include "engine/core/plan.h"

#include <QtTest>
#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "engine/core/experiment_info.h"
#include "tests/core/core_samples.h"

using namespace slay;
using samples::spec;

namespace {

std::size_t count(const Plan& plan, std::string_view experiment, std::string_view variant) {
    return static_cast<std::size_t>(
        std::count_if(plan.points.begin(), plan.points.end(), [&](const Point& point) {
            return point.experiment == experiment && point.variant == variant;
        }));
}

Plan planned(const std::string& members) {
    const auto plan = make_plan(spec(members));
    if (!plan) throw std::runtime_error(plan.error().message);
    return *plan;
}

}  // namespace

class PlanTest : public QObject {
    Q_OBJECT

  private slots:
    void counts_are_products() {
        const Plan plan = planned(R"(, "experiments": ["latency", "memory"],
            "variants": ["standard", "performer", "yat-performer-anchor"],
            "sweep": {"lengths": [128, 256, 512], "dtypes": ["float32", "bfloat16"], "nodes": [2, 4],
                      "prf_features": [8, 16], "passes": ["forward", "backward"]})");
        // 3 lengths x 2 types x 2 passes; the budget multiplies only who has it.
        QCOMPARE(count(plan, "latency", "standard"), 12u);
        QCOMPARE(count(plan, "latency", "performer"), 24u);
        QCOMPARE(count(plan, "latency", "yat-performer-anchor"), 48u);
        QCOMPARE(count(plan, "memory", "standard"), 12u);
        QCOMPARE(plan.points.size(), 168u);
        std::set<std::string> ids;
        for (const Point& point : plan.points) ids.insert(point.id);
        QCOMPARE(ids.size(), plan.points.size());
    }

    void a_budget_is_a_group_of_its_own() {
        const Plan plan = planned(R"(, "experiments": ["feature-budget"],
            "variants": ["yat-spherical", "yat-performer-anchor", "yat-performer-rm",
                         "yat-performer-laplace", "yat-performer", "standard"],
            "sweep": {"lengths": [128], "seeds": [0, 1], "nodes": [1, 2],
                      "prf_features": [8, 16, 32], "poly_features": [8, 16, 32, 64]})");
        // Laplace and Hadamard have no P, exact Yat no budget at all; softmax takes no part.
        QCOMPARE(count(plan, "feature-budget", "yat-performer-anchor"), 24u);
        QCOMPARE(count(plan, "feature-budget", "yat-performer-laplace"), 6u);
        QCOMPARE(count(plan, "feature-budget", "yat-spherical"), 1u);
        QCOMPARE(plan.points.size(), 2u * 24 + 2 * 6 + 1);
        std::map<std::string, std::vector<const Point*>> groups;
        for (const Point& point : plan.points) {
            groups[point.group].push_back(&point);
            QCOMPARE(point.parameters.text("seeds"), std::string("0,1"));
        }
        QCOMPARE(groups.size(), 24u + 6 + 1);
        for (const auto& [id, members] : groups)
            for (const Point* point : members)
                for (const char* part : {"nodes", "prf_features", "poly_features"})
                    QCOMPARE(point->parameters.integer(part, -1),
                             members.front()->parameters.integer(part, -1));
    }

    void parameters_are_complete() {
        const Plan plan =
            planned(R"(, "experiments": ["latency"], "variants": ["yat-performer-anchor"])");
        QCOMPARE(plan.points.size(), 1u);
        const Parameters& p = plan.points[0].parameters;
        QCOMPARE(p.integer("length"), std::int64_t{1024});
        QCOMPARE(p.integer("batch"), std::int64_t{1});
        QCOMPARE(p.integer("heads"), std::int64_t{8});
        QCOMPARE(p.integer("width"), std::int64_t{256});
        QCOMPARE(p.integer("head_dim"), std::int64_t{32});
        QCOMPARE(p.integer("seed", -1), std::int64_t{0});
        QCOMPARE(p.integer("nodes"), std::int64_t{2});
        QCOMPARE(p.integer("prf_features"), std::int64_t{16});
        QCOMPARE(p.integer("poly_features"), std::int64_t{32});
        QCOMPARE(p.real("epsilon"), 1e-6);
        QCOMPARE(p.text("dtype"), std::string("float32"));
        QCOMPARE(p.text("lane"), std::string("layer"));
        QCOMPARE(p.text("pass"), std::string("forward"));
        QCOMPARE(p.flag("causal"), true);
        QVERIFY(!p.has("inputs"));  // the latency experiment has no such axis
        for (const auto& [id, value] : p) QVERIFY2(find_parameter(id), id.c_str());
    }

    // An id must never change: it ties a resumed run and saved results to their points.
    void ids_are_stable() {
        Parameters parameters;
        parameters.set("length", std::int64_t{4096});
        parameters.set("causal", true);
        parameters.set("epsilon", 1e-6);
        parameters.set("dtype", std::string("float32"));
        QCOMPARE(QString::fromStdString(point_id("latency", "standard", parameters)),
                 "d650efcc6bb3590a");
        const Plan once = *make_plan(samples::small_spec()),
                   twice = *make_plan(samples::small_spec());
        for (std::size_t i = 0; i < once.points.size(); ++i)
            QCOMPARE(once.points[i].id, twice.points[i].id);
        Parameters other = parameters;
        other.set("length", 4096.0);  // a real is not an integer
        QVERIFY(point_id("latency", "standard", other) !=
                point_id("latency", "standard", parameters));
    }

    void a_group_shares_its_shape_and_stands_together() {
        const Plan plan = planned(R"(, "experiments": ["kernel-quality", "latency"],
            "variants": ["standard", "yat-spherical", "yat-performer"],
            "sweep": {"lengths": [64, 128], "dtypes": ["float32", "float64"], "prf_features": [8, 16]})");
        std::set<std::string> closed;
        for (std::size_t i = 0; i < plan.points.size(); ++i) {
            const Point& point = plan.points[i];
            if (i > 0 && plan.points[i - 1].group == point.group) {
                const Point& before = plan.points[i - 1];
                QCOMPARE(before.experiment, point.experiment);
                for (const char* id : {"length", "width", "heads", "batch", "seed"})
                    QCOMPARE(before.parameters.integer(id), point.parameters.integer(id));
                QCOMPARE(before.parameters.text("dtype"), point.parameters.text("dtype"));
            } else {
                QVERIFY2(closed.insert(point.group).second, "a group in two pieces");
            }
        }
        QCOMPARE(closed.size(), 8u);  // 2 experiments x 2 lengths x 2 types
    }

    void short_lengths_come_first_in_every_series() {
        const Plan plan = planned(R"(, "experiments": ["latency", "memory"],
            "variants": ["standard", "standard-fused", "linear", "yat-performer-anchor"],
            "sweep": {"lengths": [16384, 256, 4096, 1024], "passes": ["forward+backward", "forward"]})");
        std::map<std::string, std::int64_t> latest;
        for (const Point& point : plan.points) {
            std::int64_t& length = latest[series_key(point)];
            QVERIFY(point.parameters.integer("length") > length);
            length = point.parameters.integer("length");
        }
        QCOMPARE(plan.points.front().parameters.integer("length"), std::int64_t{256});
        QCOMPARE(plan.points.back().parameters.integer("length"), std::int64_t{16384});
    }

    // A run that is cut short has something of every experiment, and of each the cheap part.
    void experiments_take_turns_by_the_time_they_had() {
        const Plan plan = planned(R"(, "experiments": ["latency", "memory", "tasks"],
            "variants": ["standard", "linear"],
            "sweep": {"lengths": [64, 128, 256, 512, 1024], "tasks": ["copy", "needle"]})");
        std::map<std::string, double> had, of_group, latest;
        std::map<std::string, std::size_t> place;
        std::vector<std::string> groups;
        for (const Point& point : plan.points) {
            of_group[point.group] += point.prediction.seconds;
            if (groups.empty() || groups.back() != point.group) groups.push_back(point.group);
            place.try_emplace(point.experiment, groups.size() - 1);
        }
        double turn = 0;
        for (const Point& point : plan.points) {
            const auto group = of_group.find(point.group);
            if (group == of_group.end()) continue;  // counted with its first point
            QVERIFY(group->second >= latest[point.experiment]);
            latest[point.experiment] = group->second;
            const double now = had[point.experiment] += group->second;
            QVERIFY2(now >= turn, "an experiment had to wait for a dearer one");
            turn = now;
            of_group.erase(group);
        }
        // By seconds alone all of memory (a second and a half a point here) would come after
        // latency.
        QVERIFY(place.at("memory") < place.at("latency") + 3);
        QCOMPARE(had.size(), 3u);
    }

    void quality_pools_its_seeds_and_takes_yat_only() {
        const Plan plan = planned(R"(, "experiments": ["kernel-quality"],
            "variants": ["standard", "linear", "yat-spherical", "yat-performer-anchor"],
            "sweep": {"seeds": [3, 1, 2], "passes": ["forward", "backward"], "inputs": ["random", "clustered"]})");
        QCOMPARE(plan.points.size(), 4u);
        QCOMPARE(count(plan, "kernel-quality", "standard"), 0u);
        for (const Point& point : plan.points) {
            QCOMPARE(point.parameters.text("seeds"), std::string("3,1,2"));
            QVERIFY(!point.parameters.has("seed"));
            QVERIFY(!point.parameters.has("pass"));
            QCOMPARE(seeds_of(point), (std::vector<std::int64_t>{3, 1, 2}));
        }
        const Plan timed = planned(
            R"(, "experiments": ["latency"], "variants": ["linear"], "sweep": {"seeds": [3, 1, 2]})");
        QCOMPARE(timed.points.size(), 3u);
        QCOMPARE(seeds_of(timed.points[0]).size(), 1u);
    }

    void overrides_replace_axes_and_variants() {
        const Plan plan =
            planned(R"(, "experiments": ["latency", "memory"], "variants": ["standard", "linear"],
            "sweep": {"lengths": [64, 128], "passes": ["forward", "backward"]},
            "overrides": {"memory": {"lengths": [32], "variants": ["cosformer"]}})");
        QCOMPARE(count(plan, "latency", "standard"), 4u);
        QCOMPARE(count(plan, "memory", "standard"), 0u);
        QCOMPARE(count(plan, "memory", "cosformer"), 2u);
    }

    void scales_tie_parameters_together() {
        const Plan plan = planned(R"(, "experiments": ["latency"],
            "variants": ["yat-performer-anchor", {"name": "yat-performer", "prf_features": 99}, "linear"],
            "sweep": {"lengths": [64, 128], "widths": [32, 64, 128], "heads": [4], "nodes": [1, 3]},
            "scales": [{"label": "Small", "width": 128, "prf_features": 8, "poly_features": 8},
                       {"label": "Large", "width": 512, "prf_features": 32, "poly_features": 32}])");
        // The axis `widths` gives way to the scale; `nodes` and `lengths` stay axes.
        QCOMPARE(count(plan, "latency", "yat-performer-anchor"), 8u);
        QCOMPARE(count(plan, "latency", "linear"), 4u);
        for (const Point& point : plan.points) {
            const bool small = point.parameters.text("scale") == "Small";
            QCOMPARE(point.parameters.integer("width"), std::int64_t{small ? 128 : 512});
            if (point.variant == "yat-performer-anchor")
                QCOMPARE(point.parameters.integer("poly_features"), std::int64_t{small ? 8 : 32});
            if (point.variant == "yat-performer")  // fixed by the preset
                QCOMPARE(point.parameters.integer("prf_features"), std::int64_t{99});
        }
    }

    void one_point_twice_is_one_point() {
        const Plan plan = planned(R"(, "experiments": ["latency"],
            "variants": ["performer", {"name": "performer", "prf_features": 64}])");
        QCOMPARE(plan.points.size(), 1u);
    }

    void refusals_data() {
        QTest::addColumn<QString>("members");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const char* members, const char* message) {
            QTest::newRow(name) << QString(members) << QString("sample: ") + message;
        };
        row("width over heads",
            R"(, "experiments": ["latency"], "variants": ["linear"], "sweep": {"widths": [250], "heads": [8]})",
            "latency: width 250 does not divide into 8 heads: E / H is the head dimension and must "
            "be whole");
        row("one combination of many",
            R"(, "experiments": ["latency"], "variants": ["linear"], "sweep": {"widths": [256, 320], "heads": [8, 64]})",
            "latency: width 320 over 64 heads gives a head dimension of 5: expected a multiple of "
            "4 up to 256");
        row("head dimension too wide",
            R"(, "experiments": ["memory"], "variants": ["linear"], "sweep": {"widths": [4096], "heads": [8]})",
            "memory: width 4096 over 8 heads gives a head dimension of 512: expected a multiple of "
            "4 up to 256");
        row("tensors too large",
            R"(, "experiments": ["latency"], "variants": ["linear"], "sweep": {"lengths": [1073741824], "batches": [65536], "widths": [65536], "heads": [256]})",
            "latency: batch 65536, length 1073741824 and width 65536 make tensors of 111 EB: more "
            "than 2^63 bytes");
        row("nobody takes part",
            R"(, "experiments": ["kernel-quality"], "variants": ["standard", "linear"])",
            "kernel-quality: none of the variants takes part; expected one that estimates exact "
            "spherical Yat, or it");
        row("too many seeds for a point", nullptr,
            "kernel-quality: 1001 seeds for one point; at most 1000 are taken");
        row("too many points", nullptr,
            "120,000 points (latency 60,000, memory 60,000): a run takes at most 100,000");
        row("far too many points", nullptr,
            "1,000,000,000,000 points (latency 1,000,000,000,000): a run takes at most 100,000");
    }
    void refusals() {
        QFETCH(QString, members);
        QFETCH(QString, message);
        const auto list = [](int from, int n) {
            QString text;
            for (int i = 0; i < n; ++i) text += (i ? "," : "") + QString::number(from + i);
            return '[' + text + ']';
        };
        const QString tag = QTest::currentDataTag();
        if (tag.startsWith("too many seeds"))
            members =
                R"(, "experiments": ["kernel-quality"], "variants": ["yat-spherical"], "sweep": {"seeds": )" +
                list(0, 1001) + "}";
        if (tag == "too many points")
            members =
                R"(, "experiments": ["latency", "memory"], "variants": ["linear"], "sweep": {"lengths": )" +
                list(1, 300) + R"(, "seeds": )" + list(0, 200) + "}";
        if (tag == "far too many points")
            members =
                R"(, "experiments": ["latency"], "variants": ["linear"], "sweep": {"lengths": )" +
                list(1, 10'000) + R"(, "seeds": )" + list(0, 10'000) + R"(, "batches": )" +
                list(1, 10'000) + "}";
        const SweepSpec parsed = spec(members.toStdString());
        const auto start = std::chrono::steady_clock::now();
        const auto plan = make_plan(parsed);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        QVERIFY(!plan);
        QCOMPARE(QString::fromStdString(plan.error().message), message);
        QCOMPARE(plan.error().kind, ErrorKind::bad_data);
        qInfo("refused after %.3f s", taken.count());
    }

    void the_limit_itself_is_taken() {
        std::string lengths, seeds;
        for (int i = 1; i <= 400; ++i) lengths += (i > 1 ? "," : "") + std::to_string(i);
        for (int i = 0; i < 250; ++i) seeds += (i > 0 ? "," : "") + std::to_string(i);
        const Plan plan = planned(
            R"(, "experiments": ["latency"], "variants": ["linear"], "sweep": {"lengths": [)" +
            lengths + R"(], "seeds": [)" + seeds + "]}");
        QCOMPARE(plan.points.size(), max_plan_points);
    }

    void a_variant_refuses_a_value_of_another() {
        SweepSpec wrong = samples::small_spec();
        wrong.variants = {{"yat-performer", {}}};
        wrong.axes["nodes"] = {std::int64_t{1000}};
        const auto plan = make_plan(wrong);
        QVERIFY(!plan);
        QCOMPARE(QString::fromStdString(plan.error().message),
                 "sample: latency: yat-performer: nodes 1000 is more than 64, the largest nodes");
    }

    void a_plan_sums_its_points() {
        const Plan plan = *make_plan(samples::small_spec());
        QVERIFY(plan.predicted_seconds > 0 && plan.predicted_peak_bytes > 0);
        double sum = 0;
        for (const Point& point : plan.points) sum += point.prediction.seconds;
        QVERIFY(std::abs(sum - plan.predicted_seconds) < 1e-9);
    }
};

QTEST_APPLESS_MAIN(PlanTest)
#include "plan_test.moc"

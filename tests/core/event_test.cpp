#include "engine/core/event.h"

#include <QtTest>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/core/checksum.h"
#include "tests/core/core_samples.h"

using namespace slay;

namespace {

QString problem(const std::string& line) {
    const auto event = parse_line(line);
    return event ? QString("none") : QString::fromStdString(event.error().message);
}

// A line with a right checksum, whatever it says.
std::string sealed(std::string object) {
    object.pop_back();
    return object + ",\"crc\":\"" + hex8(crc32(object)) + "\"}";
}

template <typename Body>
Body again(const Body& body) {
    const auto event = parse_line(to_line({7, "run", 1.5, body}));
    return std::get<Body>(event.value().body);
}

}  // namespace

class EventTest : public QObject {
    Q_OBJECT

  private slots:
    void every_event_survives_as_the_same_line() {
        std::set<std::size_t> kinds;
        for (const Event& event : samples::small_run()) {
            kinds.insert(event.body.index());
            const std::string line = to_line(event);
            const auto parsed = parse_line(line);
            QVERIFY2(parsed, parsed ? "" : parsed.error().message.c_str());
            QCOMPARE(parsed->seq, event.seq);
            QCOMPARE(parsed->run, event.run);
            QCOMPARE(parsed->seconds, event.seconds);
            QCOMPARE(parsed->body.index(), event.body.index());
            QCOMPARE(to_line(*parsed), line);
            QVERIFY(line.find('\n') == std::string::npos);
        }
        // Resumed and unknown below; growth in plan_growth_test.
        QCOMPARE(kinds.size(), std::variant_size_v<EventBody> - 4);
    }

    void the_members_of_a_line() {
        const std::string line = to_line({3, "r", 0.5, PointStarted{"abc"}});
        QCOMPARE(QString::fromStdString(line.substr(0, line.rfind(",\"crc\""))),
                 R"({"seq":3,"run":"r","type":"point-started","seconds":0.5,"point":"abc")");
        QCOMPARE(line, sealed(line.substr(0, line.rfind(",\"crc\"")) + "}"));
    }

    void the_plan_survives() {
        const Event event = samples::small_run().front();
        const auto& before = std::get<RunStarted>(event.body);
        const RunStarted after = again(before);
        QCOMPARE(after.plan.spec, before.plan.spec);
        QCOMPARE(after.provenance, before.provenance);
        QCOMPARE(after.variants, before.variants);
        QCOMPARE(after.metrics, before.metrics);
        QCOMPARE(after.plan.points.size(), before.plan.points.size());
        for (std::size_t i = 0; i < after.plan.points.size(); ++i) {
            const Point &a = after.plan.points[i], &b = before.plan.points[i];
            QCOMPARE(a.id, b.id);
            QCOMPARE(a.group, b.group);
            QCOMPARE(a.parameters, b.parameters);
            QCOMPARE(point_id(a.experiment, a.variant, a.parameters), a.id);
            QCOMPARE(a.prediction.seconds, b.prediction.seconds);
            QCOMPARE(a.prediction.latency_ms, b.prediction.latency_ms);
            QCOMPARE(a.prediction.peak_bytes, b.prediction.peak_bytes);
        }
        const RunResumed resumed = again(RunResumed{samples::provenance("cuda:0"), true});
        QCOMPARE(resumed.provenance, samples::provenance("cuda:0"));
        QVERIFY(resumed.foreign);
    }

    void numbers_survive_bit_for_bit() {
        const double inf = std::numeric_limits<double>::infinity();
        const std::vector<double> values{
            0.1, 1.0 / 3, 1e-320, -0.0, 1e308, inf, -inf, std::nan(""), 123456789012345680.0};
        const SamplesTaken after = again(SamplesTaken{"p", "latency_ms", 12, values});
        QCOMPARE(after.first_round, std::int64_t{12});
        QCOMPARE(after.values.size(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (std::isnan(values[i]))
                QVERIFY(std::isnan(after.values[i]));
            else
                QVERIFY(std::bit_cast<std::uint64_t>(after.values[i]) ==
                        std::bit_cast<std::uint64_t>(values[i]));
        }
        PointResult result{
            PointState::unconverged, "wide", {{"mse", {std::nan(""), -inf, inf, 3}}}, {}};
        const PointFinished finished = again(PointFinished{"p", result});
        QVERIFY(std::isnan(finished.result.metrics.at("mse").value));
        QCOMPARE(*finished.result.metrics.at("mse").low, -inf);
        QCOMPARE(*finished.result.metrics.at("mse").high, inf);
    }

    void every_state_survives() {
        for (int i = 0; i <= static_cast<int>(PointState::cancelled); ++i) {
            const auto state = static_cast<PointState>(i);
            QVERIFY(parse_point_state(to_string(state)) == state);
            // A point that is finished is neither pending nor running any more.
            const bool ended = state != PointState::pending && state != PointState::running;
            QCOMPARE(again(PointFinished{"p", {state, "why", {}, {}}}).result.state,
                     ended ? state : PointState::failed);
        }
    }

    void bad_utf8_is_replaced_and_does_not_throw() {
        const Message message = again(Message{Severity::error,
                                              "a\xFF\xFE"
                                              "b"});
        QCOMPARE(QString::fromStdString(message.text), "a\uFFFD\uFFFDb");
    }

    void an_unknown_event_is_kept_as_it_is() {
        const std::string line =
            sealed(R"({"seq":9,"run":"r","type":"weather","sun":[1,{"a":2.50}]})");
        const auto event = parse_line(line);
        QVERIFY(event);
        QCOMPARE(std::get<UnknownEvent>(event->body).type, std::string("weather"));
        QCOMPARE(to_line(*event), line);
    }

    void damaged_lines_are_named() {
        const std::string line = to_line({3, "r", 0.5, PointStarted{"abc"}});
        QCOMPARE(problem(""), "cut short, or no event");
        QCOMPARE(problem("{}"), "cut short, or no event");
        QCOMPARE(problem(line.substr(0, line.size() - 1)), "cut short, or no event");
        std::string flipped = line;
        flipped[8] = '4';
        QCOMPARE(problem(flipped), "checksum does not match");
        QCOMPARE(problem(sealed("{\"seq\":1,}")), "not JSON");
        QCOMPARE(problem(sealed("[1,2,3,4,5,6,7,8]")), "not JSON");
        QCOMPARE(problem(sealed("{\"run\":\"r\",\"type\":\"message\"}")), "no sequence number");
        QCOMPARE(problem(sealed("{\"seq\":-1,\"run\":\"r\",\"type\":\"message\"}")),
                 "no sequence number");
        QCOMPARE(problem(sealed("{\"seq\":1.5,\"run\":\"r\",\"type\":\"message\"}")),
                 "no sequence number");
        QCOMPARE(problem(sealed("{\"seq\":1,\"type\":\"message\"}")), "no run id");
        QCOMPARE(problem(sealed("{\"seq\":1,\"run\":\"r\",\"x\":1e999}")), "not JSON");
        QCOMPARE(problem(sealed("{\"seq\":1,\"run\":\"\xFF\"}")), "not JSON");
        QCOMPARE(problem(sealed("{\"seq\":1,\"x\":" + std::string(100, '[') +
                                std::string(100, ']') + "}")),
                 "nested too deep");
    }

    // With a right checksum anything may stand in a line: wrong types fall back to defaults.
    void wrong_types_fall_back() {
        for (const char* type : {"run-started", "run-resumed", "point-started", "samples",
                                 "point-finished", "message", "run-finished"}) {
            for (const char* value : {"null", "5", "-1e300", "\"text\"", "[]", "[null,{}]", "{}",
                                      "{\"a\":[]}", "true"}) {
                std::string object =
                    std::string("{\"seq\":1,\"run\":\"r\",\"type\":\"") + type + "\"";
                for (const char* key :
                     {"seconds",     "schema", "provenance", "spec",     "variants",
                      "metrics",     "points", "foreign",    "point",    "metric",
                      "first_round", "values", "state",      "reason",   "notes",
                      "severity",    "text",   "outcome",    "finished", "predicted_seconds"})
                    object += std::string(",\"") + key + "\":" + value;
                const auto event = parse_line(sealed(object + "}"));
                QVERIFY2(event, type);
                QVERIFY(!to_line(*event).empty());
            }
        }
    }
};

QTEST_APPLESS_MAIN(EventTest)
#include "event_test.moc"
